using System.Collections.Concurrent;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.TestKit;
using Temporalio.Exceptions;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Workflows.Tests;

/// <summary>
/// Runs whose reviewer, planner and users change their mind, in random order: nothing is lost, each is merged once, all come to an end,
/// the numbers agree, and nothing lands that was not accepted.
/// </summary>
public sealed class ReviewHistoryTests(ITestOutputHelper output)
{
    private const int AtOnce = 8;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(4);

    [Fact]
    public Task Histories_AFew_LoseNothingAndLandWhatWasAccepted() => PlayAsync(3, mostResets: 0);

    [Fact]
    [Trait("Category", "Full")]
    public Task Histories_Many_LoseNothingAndLandWhatWasAccepted() =>
        PlayAsync(int.TryParse(Environment.GetEnvironmentVariable("REVIEW_HISTORIES"), out var asked) ? asked : 500, mostResets: 2);

    private async Task PlayAsync(int count, int mostResets)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("REVIEW_SEED"), out var given) ? given : Environment.TickCount;
        output.WriteLine($"REVIEW_SEED={seed}");
        var ends = new ConcurrentDictionary<string, int>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce },
            async (number, _) =>
            {
                var history = new ReviewHistory(unchecked(seed + number), mostResets);
                try
                {
                    var end = await history.PlayAsync().WaitAsync(Longest, CancellationToken.None);
                    ends.AddOrUpdate(end, 1, (_, before) => before + 1);
                }
                catch (Exception broken)
                {
                    throw new InvalidOperationException(
                        $"REVIEW_HISTORIES=1 REVIEW_SEED={unchecked(seed + number)}: {broken.Message} Last it was to {history.Step}.",
                        broken
                    );
                }
            }
        );
        foreach (var (end, times) in ends.OrderBy(end => end.Key))
        {
            output.WriteLine($"{times} {end}");
        }
    }
}
