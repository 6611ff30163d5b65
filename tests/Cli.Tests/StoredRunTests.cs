using System.Text;
using System.Text.Json;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class StoredRunTests
{
    [Fact]
    public void Read_OnlyWhatIsNeeded_HasTheDefaults()
    {
        var read = StoredRun.ReadStatus("""{"runId":"r","state":"s","unknown":[{}],"tasks":[{"id":"a","state":"b"}]}"""u8.ToArray());

        var expected = new RunStatus
        {
            RunId = "r",
            State = "s",
            Tasks = [new RunTaskStatus { Id = "a", State = "b" }],
        };
        Assert.Equal(
            JsonSerializer.Serialize(expected.Summed(), RunJson.Default.RunStatus),
            JsonSerializer.Serialize(read, RunJson.Default.RunStatus)
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"runId\":\"r\"")]
    [InlineData("{\"runId\":\"r\"}")]
    [InlineData("{\"runId\":1,\"state\":\"s\"}")]
    [InlineData("{\"runId\":\"r\",\"state\":\"s\",\"startedAt\":\"noon\"}")]
    [InlineData("{\"runId\":\"r\",\"state\":\"s\",\"tasks\":[1]}")]
    public void Read_SomethingElse_SaysSo(string json) =>
        Assert.ThrowsAny<JsonException>(() => StoredRun.ReadStatus(Encoding.UTF8.GetBytes(json)));
}
