using Orchestrator.Client;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Workflows.Tests;

/// <summary>A long status comes in pages, and the run may change between two of them.</summary>
public sealed class PagedRunStatusReaderTests
{
    private static readonly string[] Ids = ["a", "b", "c", "d", "e"];

    [Fact]
    public async Task Join_RunChangesBetweenPages_IsReadAgain()
    {
        var reads = 0;

        // The first pass begins before c handed over to a and ends after: joined, nobody would be at work.
        var status = await PagedRunStatusReader.JoinAsync(offset =>
            Task.FromResult(++reads <= 1 ? Page(offset, 1, "c") : Page(offset, 2, "a"))
        );

        Assert.Equal(Ids, status.Tasks.Select(t => t.Id));
        Assert.Equal("a", Assert.Single(status.Tasks, t => t.State == TaskStateNames.Executing).Id);
        Assert.Equal(6, reads);
    }

    [Fact]
    public async Task Join_RunNeverStandsStill_IsShownAllTheSame()
    {
        var reads = 0;

        var status = await PagedRunStatusReader.JoinAsync(offset => Task.FromResult(Page(offset, ++reads, "a")));

        Assert.Equal(Ids, status.Tasks.Select(t => t.Id));
        Assert.Equal(reads, status.Sequence);
    }

    private static RunStatus Page(int offset, long sequence, string working) =>
        new()
        {
            RunId = "run",
            State = RunStateNames.Executing,
            Sequence = sequence,
            TaskCount = Ids.Length,
            Tasks =
            [
                .. Ids.Skip(offset)
                    .Take(2)
                    .Select(id => new RunTaskStatus { Id = id, State = id == working ? TaskStateNames.Executing : TaskStateNames.Pending }),
            ],
        };
}
