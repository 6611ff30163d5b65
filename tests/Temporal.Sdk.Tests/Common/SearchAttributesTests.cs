using Google.Protobuf;
using Temporalio.Api.Common.V1;
using Temporalio.Common;

namespace Orchestrator.Temporal.Sdk.Tests.Common;

public sealed class SearchAttributesTests
{
    [Fact]
    public void List_WithNullAmongItsValues_IsReadWithoutIt()
    {
        var list = new Payload
        {
            Metadata = { ["encoding"] = ByteString.CopyFromUtf8("json/plain"), ["type"] = ByteString.CopyFromUtf8("KeywordList") },
            Data = ByteString.CopyFromUtf8("""["a",null,"b"]"""),
        };

        var read = SearchAttributeCollection.FromProto(new() { IndexedFields = { ["list"] = list } });

        Assert.Equal(["a", "b"], read.Get(SearchAttributeKey.CreateKeywordList("list")));
    }
}
