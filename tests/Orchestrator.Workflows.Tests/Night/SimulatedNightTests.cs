using System.Globalization;
using Orchestrator.Messages;
using Orchestrator.Runs.Reports;
using Orchestrator.Usage;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Workflows.Tests.Night;

/// <summary>A night in which three usage limits are reached, the money is used up and raised, the login expires, a gate turns flaky, the
/// machine sleeps for two hours and the clocks are put back. The morning's report is read fact by fact against what happened.</summary>
public sealed class SimulatedNightTests(ITestOutputHelper output)
{
    [Fact]
    public Task Report_OfANightOfAFewTasks_SaysWhatHappened() => CheckAsync(tasks: 20, workers: 4);

    [Fact]
    [Trait("Category", "Full")]
    public Task Report_OfANightOfTwoHundredTasks_SaysWhatHappened() => CheckAsync(tasks: 200, workers: 60);

    /// <summary>Seven o'clock in Berlin, after the clocks were put back.</summary>
    private static readonly DateTimeOffset Until = new(2026, 10, 25, 6, 0, 0, TimeSpan.Zero);

    private async Task CheckAsync(int tasks, int workers)
    {
        await using var night = new SimulatedNight(tasks, workers);
        var status = await night.PlayAsync();
        var truth = night.Truth;
        var report = night.Report(status);
        output.WriteLine(
            $"{status.State} at {night.Clock.GetUtcNow():O}: {truth.Starts.Count} starts, {truth.Blocks.Count} blocks, "
                + $"{truth.Back.Count} sent back, {truth.WithoutLogin.Count} without login, {truth.Raises} raises, "
                + $"{truth.Spent.Values.Sum()} spent; "
                + $"blocks: {string.Join(", ", truth.Blocks.Select(block => $"{block.Task} {block.Since:HH:mm} to {block.OpensAt:HH:mm}"))}"
        );
        foreach (var section in report.Sections)
        {
            output.WriteLine($"## {section.Id}: {string.Join(" | ", section.Lines.Take(8).Select(line => $"[{line.Kind}] {line.Text}"))}");
        }

        // The night was as bad as it was to be.
        Assert.Equal(3, truth.Blocks.Count);
        Assert.True(truth.Raises >= 1);
        Assert.NotEmpty(truth.Back);
        Assert.NotEmpty(truth.WithoutLogin);
        Assert.Equal(TimeSpan.FromHours(2), truth.Slept);
        CheckGovernor(truth);
        CheckMoney(report, status, truth);
        CheckBack(report, truth);
        CheckLanding(report, status, truth, tasks);
        CheckContract(report, status, truth, night.MaxCost, tasks);
        CheckTime(night.Spans(status), truth);
    }

    /// <summary>From a block on until the minute after its reset nobody is started.</summary>
    private static void CheckGovernor(NightTruth truth)
    {
        Assert.DoesNotContain(truth.Starts, start => start.At > Until);
        foreach (var (_, since, opens) in truth.Blocks)
        {
            Assert.DoesNotContain(truth.Starts, start => start.At > since && start.At < opens);
            // The clock advances in steps: where less than one is left, nothing may be started after it.
            Assert.True(
                opens + SimulatedNight.Step > Until || truth.Starts.Any(start => start.At >= opens),
                $"nothing goes on after {opens:O}"
            );
        }
    }

    private static void CheckMoney(MorningReport report, RunStatus status, NightTruth truth)
    {
        var table = report.Sections.Single(section => section.Id == "money").Table!;
        foreach (var row in table.Rows)
        {
            var spent = truth.Spent.GetValueOrDefault(row.Task!);
            Assert.Equal(MicroDollars.ToDollars(spent), decimal.Parse(row.Cells[1], CultureInfo.InvariantCulture));
            Assert.Equal(truth.Starts.Count(start => start.Task == row.Task), int.Parse(row.Cells[4], CultureInfo.InvariantCulture));
        }
        Assert.Equal(truth.Spent.Keys.Order(), table.Rows.Where(row => row.Cells[1] != "0.00").Select(row => row.Task!).Order());
        Assert.Equal(MicroDollars.ToDollars(truth.Spent.Values.Sum()), decimal.Parse(table.Total!.Cells[1], CultureInfo.InvariantCulture));
        Assert.Equal(truth.Starts.Count, status.AgentStarts);
    }

    private static void CheckBack(MorningReport report, NightTruth truth)
    {
        var back = report.Sections.Single(section => section.Id == "back").Lines.Where(line => line.Kind == "sent-back").ToList();
        Assert.Equal(truth.Back.Keys.Order(), back.Select(line => line.Task!).Order());
        Assert.All(back, line => Assert.Contains("rejected once", line.Text, StringComparison.Ordinal));
        Assert.All(back, line => Assert.Contains("test_upload timed out", line.Text, StringComparison.Ordinal));
    }

    private static void CheckLanding(MorningReport report, RunStatus status, NightTruth truth, int tasks)
    {
        var merged = truth.Merged.Count;
        var landed = report.Sections.Single(section => section.Id == "landed").Lines;
        Assert.Equal(truth.Merged.Keys.Order(), landed.Where(line => line.Kind == "merged").Select(line => line.Task!).Order());
        var person = report.Sections.Single(section => section.Id == "person").Lines.Single().Text;
        if (merged == tasks)
        {
            Assert.Equal(RunStateNames.Completed, status.State);
            Assert.StartsWith($"{tasks} of {tasks} tasks merged", landed[0].Text, StringComparison.Ordinal);
            Assert.Equal("Nothing.", person);
        }
        else
        {
            // The night was too short: what was not begun by seven waits for a user.
            Assert.True(status.Paused);
            Assert.Equal($"No work has landed; {merged} of {tasks} tasks merged (on staging).", landed[0].Text);
            Assert.Equal("The run is paused.", person);
        }
    }

    private static void CheckContract(MorningReport report, RunStatus status, NightTruth truth, decimal maxCost, int tasks)
    {
        var contract = report.Sections.Single(section => section.Id == "contract").Lines;
        // Seven o'clock in Berlin is six o'clock UTC after the clocks were put back, and was five before.
        Assert.Equal("No agent starts after 2026-10-25 06:00Z: none did.", Clause("No agent starts after"));
        var spent = MicroDollars.ToDollars(truth.Spent.Values.Sum());
        Assert.True(spent > maxCost, $"{spent} of {maxCost}");
        Assert.Equal(
            string.Create(
                CultureInfo.InvariantCulture,
                $"No agent starts when {maxCost:0.00} USD are spent: broken, {spent:0.00} were spent."
            ),
            Clause("No agent starts when")
        );
        Assert.StartsWith("No user is needed: broken, asked by t", Clause("No user is needed"), StringComparison.Ordinal);
        Assert.Equal(
            truth.Merged.Count == tasks
                ? $"All tasks land: {tasks} of {tasks} tasks merged, on {status.LandedOn}."
                : $"All tasks land: broken, {truth.Merged.Count} of {tasks} tasks merged; nothing has landed.",
            Clause("All tasks land")
        );
        // What was broken comes first.
        Assert.Equal(contract.OrderByDescending(line => line.IsBad), contract);

        string Clause(string begins) => contract.Single(line => line.Text.StartsWith(begins, StringComparison.Ordinal)).Text;
    }

    private static void CheckTime(IReadOnlyList<CategorizedTaskTimePeriod> spans, NightTruth truth)
    {
        foreach (var (task, since, opens) in truth.Blocks)
        {
            // The task whose agent was refused is parked before the reset, and not before the minute after it taken up again. How soon
            // is no matter: the clock is put forward while a busy machine still records. At seven the run is paused, parked or not.
            Assert.Contains(
                spans,
                span =>
                    span.Task == task
                    && span.Use == TaskTimeCategory.Parked
                    && span.From > since.AddMinutes(-2)
                    && span.From < opens
                    && span.To > (opens < Until ? opens : Until).AddSeconds(-1)
            );
        }
        Assert.Contains(spans, span => span.Length >= truth.Slept);
    }
}
