"""Asks the IAM in the environment (AWS_ENDPOINT_URL) for all that the sandbox knows, with boto3, and
prints what it answers: of a success its shape, of an error its code and status.

.ci/run asks moto and the sandbox, and compares.
"""

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

iam = boto3.client("iam", config=Config(parameter_validation=False, retries={"max_attempts": 0}))
ids = {}


def shape(value):
    """What kind of answer it is: names and types, not the values that differ from run to run."""
    if isinstance(value, dict):
        return {name: shape(value[name]) for name in sorted(value) if name != "ResponseMetadata"}
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
ask("create_user", UserName="x" * 65)
ask("create_user", UserName="a b")
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
# no UserName: the signer's own
ask("list_access_keys")
ask("create_access_key")
# beyond moto perhaps
ask("list_access_keys", UserName="learner", MaxItems=0)
ask("list_access_keys", UserName="learner", MaxItems=1001)
ask("update_access_key", AccessKeyId="short", Status="Active", UserName="learner")
ask("update_access_key", AccessKeyId="AKIA0000000000000000", Status="Expired", UserName="learner")
ask("list_access_keys", UserName="a b")
