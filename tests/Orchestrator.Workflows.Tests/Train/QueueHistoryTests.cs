using System.Globalization;
using Orchestrator.Messages;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Workflows.Tests.Train;

/// <summary>Random histories of the merge queue against a model: the target never fails, nothing is lost, nothing starves, and all rules
/// end the same. <c>QUEUE_SEED</c> repeats a failure.</summary>
public sealed class QueueHistoryTests(ITestOutputHelper output)
{
    private static readonly MergeQueueBatchOptions?[] Rules =
    [
        null,
        new MergeQueueBatchOptions(),
        new MergeQueueBatchOptions { Speculation = 2 },
        new MergeQueueBatchOptions { HasLanes = true },
        new MergeQueueBatchOptions { HasLanes = true, Speculation = 3 },
        new MergeQueueBatchOptions
        {
            HasLanes = true,
            Speculation = 1,
            HasChangingParts = true,
            StretchesBatches = true,
        },
    ];

    [Fact]
    public void Queue_RandomHistories_LandsEverythingInEverySetting() => Play(100);

    [Fact]
    [Trait("Category", "Full")]
    public void Queue_ManyRandomHistories_LandsEverythingInEverySetting() => Play(2000);

    private void Play(int histories)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("QUEUE_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : Environment.TickCount;
        output.WriteLine($"{histories} histories from seed {seed} on");
        for (var history = 0; history < histories; history++)
        {
            var ends = Rules.Select(rules => QueueHistory.Play(seed + history, rules)).Distinct().ToList();
            Assert.True(ends.Count == 1, $"seed {seed + history}: {string.Join(" or ", ends)}");
        }
    }
}
