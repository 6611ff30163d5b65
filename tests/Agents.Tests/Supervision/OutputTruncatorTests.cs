using Orchestrator.Agents.Logs;
using Orchestrator.Agents.Supervision;

namespace Orchestrator.Agents.Tests.Supervision;

public sealed class OutputTruncatorTests
{
    [Fact]
    public async Task Cut_LongOutputOfAnEndedAgent_KeepsBeginningAndEndWithANote()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        await agents.RunAsync(AgentFixture.Shell("echo first; head -c 300000 /dev/zero | tr '\\0' x; echo; echo last"), start);

        OutputTruncator.Cut(start.Folder, most: 1000);
        OutputTruncator.Cut(start.Folder, most: 1000);

        var output = await File.ReadAllTextAsync(Path.Combine(start.Folder, "stdout"));
        Assert.StartsWith("first\nxxx", output, StringComparison.Ordinal);
        Assert.EndsWith("xxx\nlast\n", output, StringComparison.Ordinal);
        Assert.Contains(
            "[orchestrate: 299012 bytes are left out here, because at most 1000 bytes of an agent's output are kept]",
            output,
            StringComparison.Ordinal
        );
        Assert.False(File.Exists(Path.Combine(start.Folder, "stdout.kept")));
    }

    [Fact]
    public async Task Log_OfLinesThatAreTooLong_SaysSoAndGoesOn()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        await agents.RunAsync(AgentFixture.Shell("echo first; head -c 9000000 /dev/zero | tr '\\0' x; echo; echo last"), start);
        var said = new List<string>();

        await foreach (var happened in AgentRunLogReader.ReadAsync(start.Folder, follow: false, TimeProvider.System))
        {
            said.Add(((AgentTextEvent)happened).Text);
        }

        Assert.Equal(3, said.Count);
        Assert.Equal("first", said[0]);
        Assert.Contains("a line of more than 8 MB is not shown", said[1], StringComparison.Ordinal);
        Assert.Equal("last", said[2]);
    }
}
