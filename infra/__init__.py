"""CloudFormation templates, the packages Zappa makes and the command that deploys them."""
