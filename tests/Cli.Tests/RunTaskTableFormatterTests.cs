using Orchestrator.Cli.Console;
using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Cli.Tests;

public class RunTaskTableFormatterTests
{
    private static readonly DateTimeOffset Start = new(2030, 1, 2, 3, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Now = Start.AddMinutes(5);

    private static IReadOnlyList<string> Draw(
        RunStatus run,
        IReadOnlyDictionary<string, string> doing,
        DateTimeOffset now,
        int width,
        int height,
        bool stepsFollow = false
    ) => [.. RunTaskTableFormatter.RenderTable(run, doing, now, width, height, stepsFollow).Select(line => line.Text)];

    [Fact]
    public void Draw_ThirtyTasksOnASmallScreen_FitsWidthAndHeightAndShowsWhatMatters()
    {
        var run = Run(
            30,
            i =>
                i switch
                {
                    < 20 => TaskStateNames.Merged,
                    20 => TaskStateNames.Failed,
                    21 => TaskStateNames.Blocked,
                    < 25 => TaskStateNames.Executing,
                    _ => TaskStateNames.Pending,
                }
        );

        var lines = Draw(
            run,
            new Dictionary<string, string> { ["task-22"] = "Write src/a/very/long/path/that/does/not/fit/into/any/column/of/the/table.cs" },
            Now,
            80,
            23
        );

        Assert.True(lines.Count <= 23);
        Assert.All(lines, line => Assert.True(line.Length <= 80, line));
        Assert.All(
            ["task-20 ", "task-21 ", "task-22 ", "task-24 "],
            id => Assert.Contains(lines, line => line.Contains(id, StringComparison.Ordinal))
        );
        Assert.Contains("Write src/a/very", string.Join('\n', lines), StringComparison.Ordinal);
        Assert.Matches(@"^  \.\.\. and \d+ merged$", lines[^1]);
        Assert.Contains("20/30 merged", lines[0], StringComparison.Ordinal);
        Assert.Contains("5:00", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_PausedTasks_AreNotCountedAsAtWork()
    {
        var run = Run(3, _ => TaskStateNames.Executing);

        var some = Draw(
            run with
            {
                Tasks = [run.Tasks[0], run.Tasks[1] with { Paused = true }, run.Tasks[2] with { Paused = true }],
            },
            new Dictionary<string, string>(),
            Now,
            80,
            50
        );
        var none = Draw(
            run with
            {
                Tasks = [.. run.Tasks.Select(task => task with { Paused = true })],
            },
            new Dictionary<string, string>(),
            Now,
            80,
            50
        );

        Assert.Contains("  1 at work", some[0], StringComparison.Ordinal);
        Assert.DoesNotContain("at work", none[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void Draw_AnyWidth_NoLineIsLonger(int width)
    {
        var run = Run(3, _ => TaskStateNames.Executing) with
        {
            Why = new TaskRemarkForUserReason(new VerbatimQuote(new string('r', 300))),
            Questions = [new RunQuestion { Id = "plan", Question = new string('q', 300) }],
        };

        Assert.All(Draw(run, new Dictionary<string, string>(), Now, width, 50), line => Assert.True(line.Length <= width, line));
    }

    [Fact]
    public void Draw_MessageThatWasDropped_IsSaidWhileTheRunIsOpen()
    {
        var run = Run(1, _ => TaskStateNames.Executing) with
        {
            Warnings = ["gates: none"],
            DroppedMessages = ["the signal 'aprove' was dropped"],
        };

        var open = Draw(run with { State = RunStateNames.Executing }, new Dictionary<string, string>(), Now, 80, 50);
        var ended = Draw(run with { State = RunStateNames.Completed }, new Dictionary<string, string>(), Now, 80, 50);

        Assert.Single(open, "! Message: the signal 'aprove' was dropped");
        Assert.DoesNotContain(ended, line => line.Contains("aprove", StringComparison.Ordinal));
    }

    [Fact]
    public void Draw_WideCharacters_FillTheWidthAndNoMore()
    {
        var run = Run(2, _ => TaskStateNames.Executing);
        run = run with
        {
            Tasks =
            [
                run.Tasks[0] with
                {
                    Title = new string('語', 90),
                },
                run.Tasks[1] with
                {
                    Id = new string('題', 40),
                    Title = string.Concat(Enumerable.Repeat("🚀", 90)),
                },
            ],
        };

        var lines = Draw(run, new Dictionary<string, string>(), Now, 80, 50);

        Assert.All(lines, line => Assert.True(TextCellWidth.Of(line) <= 80, line));
        Assert.All(lines, line => Assert.DoesNotContain('\ufffd', line));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    [InlineData(RunTaskTableFormatter.Unlimited)]
    public void Draw_WhatMattersMost_IsNeverCut(int width)
    {
        var run = Run(
            3,
            i =>
                i switch
                {
                    0 => TaskStateNames.AwaitingApproval,
                    1 => TaskStateNames.Merged,
                    _ => TaskStateNames.Parked,
                }
        );
        var title = new string('t', 300);
        run = run with
        {
            Standing = RunLivenessClassifier.Interrupted,
            Tasks =
            [
                run.Tasks[0],
                run.Tasks[1] with
                {
                    Title = title,
                    Why = new TaskRemarkForUserReason(new VerbatimQuote("3 gates passed")),
                },
                run.Tasks[2],
            ],
        };

        var text = string.Join('\n', Draw(run, new Dictionary<string, string>(), Now, width, 50));

        Assert.Contains(TaskStateNames.AwaitingApproval, text, StringComparison.Ordinal);
        // The cure may continue in the next row, but is whole.
        Assert.Contains($"orchestrate resume {run.RunId}", text.Replace("\n", " ", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(width > 40, text.Contains("ttt", StringComparison.Ordinal));
        Assert.Equal(width == RunTaskTableFormatter.Unlimited, text.Contains(title, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(56, "a-name…mns-one")]
    [InlineData(200, "a-name-that-is-longer-than-a-quarter-of-eighty-columns-one")]
    public void Draw_LongNames_AreShortenedInTheMiddleWhereTheWidthIsUsedUp(int width, string name)
    {
        var run = Run(2, _ => TaskStateNames.Executing);
        const string Long = "a-name-that-is-longer-than-a-quarter-of-eighty-columns-";
        IReadOnlyList<string> ids = [Long + "one", Long + "two"];
        run = run with { Tasks = [.. run.Tasks.Zip(ids, (task, id) => task with { Id = id })] };

        var rows = Draw(run, new Dictionary<string, string>(), Now, width, 50);

        // The head may take more than one row.
        Assert.Contains(name, rows[^2], StringComparison.Ordinal);
        Assert.Contains("two ", rows[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_LastScreenOfARunThatFailed_EndsWithTheCure()
    {
        var reason = string.Concat(Enumerable.Repeat("the gate at the base fails for a reason ", 10)) + "orchestrate check";
        var run = Run(1, _ => TaskStateNames.Pending) with
        {
            State = RunStateNames.Failed,
            Why = new TaskRemarkForUserReason(new VerbatimQuote(reason)),
        };

        var live = Draw(run, new Dictionary<string, string>(), Now, 80, 50);
        var last = Draw(run, new Dictionary<string, string>(), Now, 80, 50, stepsFollow: true);

        Assert.DoesNotContain(live, line => line.EndsWith("orchestrate check", StringComparison.Ordinal));
        Assert.Single(last, line => line.EndsWith("orchestrate check", StringComparison.Ordinal));
    }

    [Fact]
    public void Draw_TimeThatATaskWaitsForAPerson_IsNotItsWork()
    {
        var run = Run(1, _ => TaskStateNames.Blocked);
        run = run with { Tasks = [run.Tasks[0] with { StartedAt = Start, Since = Start.AddSeconds(42) }] };

        var row = Draw(run, new Dictionary<string, string>(), Start.AddHours(3), 80, 50)[^1];

        Assert.Contains("(waits 2:59:18)", row, StringComparison.Ordinal);
        Assert.Contains("  0:42 ", row, StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_TextOfAnAgent_CannotMoveTheCursor()
    {
        var run = Run(1, _ => TaskStateNames.Executing);

        var lines = Draw(run, new Dictionary<string, string> { ["task-00"] = "evil\u001b[2Jtext\nsecond" }, Now, 80, 50);

        Assert.DoesNotContain(lines, line => line.Any(char.IsControl));
    }

    [Theory]
    [InlineData(42, "0:42")]
    [InlineData(725, "12:05")]
    [InlineData(11232, "3:07:12")]
    [InlineData(-3, "0:00")]
    public void Time_AnyLength_IsShort(int seconds, string expected) =>
        Assert.Equal(expected, DurationAndTokenFormatter.Time(TimeSpan.FromSeconds(seconds)));

    private static RunStatus Run(int count, Func<int, string> state) =>
        new()
        {
            RunId = "run-demo-123456",
            State = RunStateNames.Executing,
            StartedAt = Start,
            UpdatedAt = Start,
            TaskCount = count,
            Cost = 1.5m,
            Tasks =
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(i => new RunTaskStatus
                    {
                        Id = $"task-{i:00}",
                        Title = $"The task number {i}",
                        State = state(i),
                        Attempt = 1,
                        StartedAt = Start,
                        EndedAt = TaskStateNames.IsEnd(state(i)) ? Start.AddMinutes(1) : null,
                        Cost = 0.25m,
                    }),
            ],
        };
}
