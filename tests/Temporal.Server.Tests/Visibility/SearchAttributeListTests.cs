using Temporalio.Api.Enums.V1;
using Temporalio.Api.WorkflowService.V1;
using Xunit;

namespace Orchestrator.Temporal.Server.Tests.Visibility;

public sealed class SearchAttributeListTests
{
    [Fact]
    public async Task GetSearchAttributes_TellsTheSystemsAndTheFieldsOfCustomOnes()
    {
        await using var server = await TestServer.StartAsync();

        var keys = (await server.CallAsync(new GetSearchAttributesRequest(), GetSearchAttributesResponse.Parser)).Keys;

        Assert.Equal(IndexedValueType.Keyword, keys["WorkflowId"]);
        Assert.Equal(IndexedValueType.KeywordList, keys["BuildIds"]);
        Assert.Equal(
            (IndexedValueType.Bool, IndexedValueType.Keyword, IndexedValueType.KeywordList, IndexedValueType.Text),
            (keys["Bool03"], keys["Keyword10"], keys["KeywordList03"], keys["Text01"])
        );
        Assert.DoesNotContain("Text04", keys.Keys);
    }
}
