"""Asks the IAM in the environment, with boto3, for what the sandbox knows, and prints what kind of
answer comes: of a success its status and shape, of an error its status and code.

.ci/run asks moto and the sandbox and compares the two. What is not in it, moto does not do: it
checks no pattern and no range, cuts no list into pages, and has no signer of its own.
"""

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

iam = boto3.client("iam", config=Config(parameter_validation=False, retries={"max_attempts": 0}))


def shape(value):
    """Names and types, without the values that differ from run to run.

    moto leaves out IsTruncated, which the IAM API Reference has in every list.
    """
    if isinstance(value, dict):
        names = sorted(value.keys() - {"ResponseMetadata", "IsTruncated"})
        return {name: shape(value[name]) for name in names}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return value if value in (True, False, "Active", "Inactive", "N/A") else type(value).__name__


def ask(operation, **parameters):
    try:
        answer = getattr(iam, operation)(**parameters)
        said = answer["ResponseMetadata"]["HTTPStatusCode"], shape(answer)
    except ClientError as error:
        answer = error.response
        said = answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]
    print(operation, ",".join(parameters), *said)
    return answer


ask("create_user", UserName="learner")
ask("create_user", UserName="learner")
ask("list_access_keys", UserName="learner")
first = ask("create_access_key", UserName="learner")["AccessKey"]
second = ask("create_access_key", UserName="learner")["AccessKey"]
ask("create_access_key", UserName="learner")
ask("create_access_key", UserName="nobody")
for key in first, second:
    print(len(key["AccessKeyId"]), key["AccessKeyId"][:4], len(key["SecretAccessKey"]))
listed = ask("list_access_keys", UserName="learner")["AccessKeyMetadata"]
print("in order:", [key["AccessKeyId"] for key in listed] == [first["AccessKeyId"], second["AccessKeyId"]])
ask("list_access_keys", UserName="nobody")
ask("get_access_key_last_used", AccessKeyId=first["AccessKeyId"])
ask("get_access_key_last_used", AccessKeyId="AKIA0000000000000000")
ask("update_access_key", AccessKeyId=first["AccessKeyId"], Status="Inactive", UserName="learner")
ask("list_access_keys", UserName="learner")
ask("update_access_key", AccessKeyId=first["AccessKeyId"], Status="Active", UserName="learner")
ask("update_access_key", AccessKeyId="AKIA0000000000000000", Status="Active", UserName="learner")
ask("update_access_key", AccessKeyId=first["AccessKeyId"], Status="Active", UserName="nobody")
ask("delete_access_key", AccessKeyId=first["AccessKeyId"], UserName="nobody")
ask("delete_access_key", AccessKeyId=first["AccessKeyId"], UserName="learner")
ask("delete_access_key", AccessKeyId=first["AccessKeyId"], UserName="learner")
ask("list_access_keys", UserName="learner")
ask("delete_access_key", AccessKeyId=second["AccessKeyId"], UserName="learner")
ask("list_access_keys", UserName="learner")
