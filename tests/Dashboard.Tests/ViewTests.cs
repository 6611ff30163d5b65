using Orchestrator.Dashboard.Views;

namespace Orchestrator.Dashboard.Tests;

/// <summary>Graph, reasons to wait, and a run at an earlier time.</summary>
public sealed class ViewTests
{
    [Fact]
    public void Layout_EveryDependency_LeadsFromLeftToRightAndNoBoxesOverlap()
    {
        var random = new Random(7);
        for (var round = 0; round < 50; round++)
        {
            var names = Enumerable.Range(0, random.Next(1, 60)).Select(i => $"t{i}").ToArray();
            var run = Runs.Of([
                .. names.Select(
                    (name, i) =>
                        i == 0
                            ? name
                            : $"{name}:{string.Join(',', names.Take(i).Where(_ => random.Next(4) == 0).Append(names[random.Next(i)]))}"
                ),
            ]);

            var layout = GraphLayout.Of(run.Tasks)!;

            Assert.Equal(names.Length, layout.Boxes.Select(box => (box.X, box.Y)).Distinct().Count());
            Assert.All(layout.Lines, line => Assert.True(line.FromX < line.ToX));
            Assert.All(
                layout.Boxes,
                box => Assert.True(box.X + box.Width <= layout.TotalWidth && box.Y + box.Height <= layout.TotalHeight)
            );
            Assert.Equal(run.Tasks.Sum(task => task.DependsOn.Distinct().Count()), layout.Lines.Count);
        }
    }

    [Fact]
    public void Layout_OfACircleAndOfTooMany_IsNoEndlessWork()
    {
        Assert.NotNull(GraphLayout.Of(Runs.Of("a:b", "b:a").Tasks));
        Assert.Null(GraphLayout.Of(Runs.Of([.. Enumerable.Range(0, GraphLayout.MostTasks + 1).Select(i => $"t{i}")]).Tasks));
        Assert.Null(GraphLayout.Of([]));
    }

    [Fact]
    public void Chain_OfATaskBehindATaskThatAsks_EndsWithTheQuestionAndItsCommand()
    {
        var run = Runs.Of("a", "b:a", "c:b") with { Questions = [Runs.Approval("a")] };
        run = run.With("a", task => task with { State = TaskStateNames.AwaitingApproval });

        var chain = new TaskWaitCauseFinder(run).Of("c");

        Assert.Equal(["c", "b", "a"], chain.Select(link => link.Task));
        Assert.Equal($"orchestrate approve {Runs.Id}/a", chain[^1].Command);
    }

    [Fact]
    public void Chain_SaysPlacePauseHoldOutageAndAbandonment()
    {
        var run = Runs.Of("a", "b");
        var busy = run with { Workers = 1 };
        busy = busy.With("a", task => task with { State = TaskStateNames.Executing });
        Assert.Contains("1 of 1", Assert.Single(new TaskWaitCauseFinder(busy).Of("b")).Why, StringComparison.Ordinal);
        Assert.Equal($"orchestrate resume {Runs.Id}", Assert.Single(new TaskWaitCauseFinder(run with { Paused = true }).Of("b")).Command);
        Assert.Equal(
            $"orchestrate resume {Runs.Id}",
            Assert.Single(new TaskWaitCauseFinder(run with { Abandoned = true }).Of("b")).Command
        );
        Assert.Equal(
            $"orchestrate resume {Runs.Id}/b",
            Assert.Single(new TaskWaitCauseFinder(run.With("b", task => task with { Paused = true })).Of("b")).Command
        );
        var limited = run with
        {
            Outages = [new OutageStatus("claude", new AgentStartsHeldReason(new VerbatimQuote("limit")), Runs.Begin.AddHours(2))],
        };
        limited = limited.With("b", task => task with { State = TaskStateNames.Parked, Outage = "claude" });
        Assert.Contains(
            "until 2026-11-24 22:00:00Z",
            Assert.Single(new TaskWaitCauseFinder(limited).Of("b")).Why,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "number 2",
            Assert
                .Single(
                    new TaskWaitCauseFinder(run.With("b", task => task with { State = TaskStateNames.Merging, QueuePosition = 2 })).Of("b")
                )
                .Why,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Chain_OfAReadyTask_NamesAFullRunOnlyWhereItIsOne()
    {
        var unapproved = Runs.Of("a") with { State = RunStateNames.AwaitingApproval, Questions = [Runs.Approval(RunQuestion.Plan)] };
        Assert.Equal("waits until the plan is approved", Assert.Single(new TaskWaitCauseFinder(unapproved).Of("a")).Why);
        Assert.Equal(
            "waits until the run starts tasks; the run is preparing",
            Assert.Single(new TaskWaitCauseFinder(Runs.Of("a") with { State = RunStateNames.Preparing }).Of("a")).Why
        );
        Assert.Equal("is about to start", Assert.Single(new TaskWaitCauseFinder(Runs.Of("a")).Of("a")).Why);
    }

    [Fact]
    public void Chain_OfATaskThatHasEnded_IsEmpty() =>
        Assert.Empty(new TaskWaitCauseFinder(Runs.Of("a").With("a", task => task with { State = TaskStateNames.Merged })).Of("a"));

    [Fact]
    public void Moment_AfterEachEvent_HasTheStatesThatTheEventsSay()
    {
        var run = Runs.Of("a", "b:a") with { Sequence = 4 };
        RunEvent[] events =
        [
            new()
            {
                Sequence = 1,
                Time = Runs.Begin,
                State = RunStateNames.Executing,
            },
            new()
            {
                Sequence = 2,
                Time = Runs.Begin.AddMinutes(1),
                Task = "a",
                State = TaskStateNames.Executing,
            },
            new()
            {
                Sequence = 3,
                Time = Runs.Begin.AddMinutes(2),
                Task = "a",
                State = TaskStateNames.Merged,
            },
            new()
            {
                Sequence = 0,
                Time = Runs.Begin.AddMinutes(2),
                Task = "a",
                State = "mail",
            },
            new()
            {
                Sequence = 4,
                Time = Runs.Begin.AddMinutes(3),
                State = RunStateNames.Completed,
            },
        ];

        Assert.Equal(["executing", "pending"], RunStatusFromEventsBuilder.Of(run, events, 2).Tasks.Select(task => task.State));
        Assert.Equal(["merged", "pending"], RunStatusFromEventsBuilder.Of(run, events, 3).Tasks.Select(task => task.State));
        Assert.Equal(RunStateNames.Executing, RunStatusFromEventsBuilder.Of(run, events, 3).State);
        Assert.Equal(RunStateNames.Completed, RunStatusFromEventsBuilder.Of(run, events, 4).State);
        Assert.Equal(Runs.Begin.AddMinutes(2), RunStatusFromEventsBuilder.Of(run, events, 3).UpdatedAt);
    }

    [Fact]
    public void Diff_LinesOfEachKind_AreToldApart()
    {
        const string Patch = "diff --git a/x b/x\nindex 1..2\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n same\n--- removed\n+++ added\n";

        var looks = DiffLineParser.Of(Patch).Select(line => line.Look).ToList();

        Assert.Equal(["file", "place", "place", "place", "place", "same", "removed", "added", "same"], looks);
    }

    [Fact]
    public void Diff_LinesThatAreThereAfterIt_HaveTheirPlaceInTheFile()
    {
        const string Patch =
            "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -7,3 +9,3 @@ +in\n same\n-old\n+new\n same\n\\ No newline at end of file\n"
            + "diff --git a/y b/y\n--- /dev/null\n+++ b/y\t\n@@ -0,0 +1 @@\n+++ b/z\n"
            + "diff --git a/v b/v\n--- a/v\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n";

        var places = DiffLineParser.Of(Patch).Where(line => line.Number > 0).Select(line => $"{line.File}:{line.Number} {line.Look}");

        Assert.Equal(["x:9 same", "x:10 added", "x:11 same", "y:1 added"], places);
    }

    [Fact]
    public void Sides_OfADifference_PairRemovedLinesWithTheAddedOnesThatFollow()
    {
        const string Patch = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,4 +1,4 @@\n same\n-one\n-two\n+three\n same\n+four\n";

        var sides = SideBySideDiffRow
            .Of([
                .. DiffLineParser.Of(Patch).Where(line => line.Look is "same" or "added" or "removed" && line.OldNumber + line.Number > 0),
            ])
            .Select(row => $"{row.Old?.OldNumber}|{row.New?.Number}");

        Assert.Equal(["1|1", "2|2", "3|", "4|3", "|4"], sides);
    }

    [Theory]
    [InlineData(null, "", "4001 to 4100 of 4100")]
    [InlineData(1, "", "101 to 2000 of 4100")]
    [InlineData(2500, "", "2001 to 4000 of 4100")]
    [InlineData(9999, "", "4001 to 4100 of 4100")]
    [InlineData(null, "x", "150 to 150 of 4100")]
    public void Range_OfALogWhoseBeginningIsGone_KeepsTheNumbersOfItsLines(int? from, string find, string shown)
    {
        var lines = Enumerable.Range(101, 4000).Select(number => number == 150 ? "x" : "y").ToList();

        var range = ShownLogLineRange.Of(lines, 101, from, find);

        Assert.Equal(shown, $"{range.Lines[0].Number} to {range.Lines[^1].Number} of {range.Total}");
    }

    [Fact]
    public void Times_InASentence_AreMomentsAndTheRestStaysText()
    {
        var parts = DashboardValueFormatter.Times("by 2026-12-01 04:45Z, or 2026-13-77 00:00Z").ToList();

        Assert.Equal(["by ", "", ", or 2026-13-77 00:00Z"], parts.Select(part => part.Words));
        Assert.Equal(new DateTimeOffset(2026, 12, 1, 4, 45, 0, TimeSpan.Zero), parts[1].Time);
    }

    [Fact]
    public void Wait_OfAGateForTheOneOfAnotherTask_LeadsToThatTask()
    {
        var run = Runs.Of("a", "b") with
        {
            Waiting = [new WaitingGateStatus("a", "make test", "db", "make all", "b", Runs.Id, "/work/shop", Runs.Begin)],
        };
        run = run.With("a", task => task with { State = TaskStateNames.Verifying })
            .With("b", task => task with { State = TaskStateNames.Verifying });

        Assert.Equal(
            [$"a has a waiting gate: make test waits for make all of {Runs.Id}/b, because both need db", "b is at work: verifying"],
            new TaskWaitCauseFinder(run).Of("a").Select(link => $"{link.Task} {link.Why}")
        );
    }

    [Fact]
    public void Diff_LinesOfAKnownLanguage_AreColoredAndStayWhatTheyAre()
    {
        const string Code = "var text = \"<b>&\"; // 12 \u202E";

        var lines = DiffLineParser.Of($"diff --git a/x.cs b/x.cs\n+++ b/x.cs\n@@ -1 +1 @@\n+{Code}\n").ToList();

        var parts = lines[3].Parts;
        Assert.Equal(DashboardValueFormatter.Line("+" + Code, keepIndent: true), string.Concat(parts.Select(part => part.Text)));
        Assert.Contains(new HighlightedCodeSpan("tok-word", "var"), parts);
        Assert.Contains(new HighlightedCodeSpan("tok-string", "\"<b>&\""), parts);
        Assert.Contains(parts, part => part.Look == "tok-comment" && part.Text.StartsWith("// 12", StringComparison.Ordinal));
        Assert.Null(
            Assert
                .Single(DiffLineParser.Of("diff --git a/x b/x\n@@ -1 +1 @@\n same\n").ElementAt(2).Parts, part => part.Text == "same")
                .Look
        );
    }

    [Theory]
    [InlineData("x.cs")]
    [InlineData("x.js")]
    [InlineData("x.py")]
    [InlineData("x.html")]
    [InlineData("x.css")]
    [InlineData("x.php")]
    [InlineData("x.ts")]
    [InlineData("x.rs")]
    [InlineData("x.sh")]
    [InlineData("x.yaml")]
    [InlineData("x.md")]
    public void Diff_LinesThatPatternsAreSlowAt_CostLittle(string file)
    {
        string[] bad = ["/*", "*", "\"", "'", "<", "<a a=", "\\", "(", "{", "a ", "@\"", "$\"{", "<!--", "\"\\"];
        var lines = bad.Select(text =>
            "+" + string.Concat(Enumerable.Repeat(text, SyntaxHighlighter.LongestLine))[..SyntaxHighlighter.LongestLine]
        );
        var clock = System.Diagnostics.Stopwatch.StartNew();

        var shown = DiffLineParser.Of($"diff --git a/{file} b/{file}\n@@ -1 +1 @@\n{string.Join('\n', lines)}\n").ToList();

        Assert.Equal(bad.Length + 3, shown.Count);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed}");
    }

    [Theory]
    [InlineData(
        "x.go",
        "return fmt.Errorf(\"bad %d\", 12) // why",
        "tok-word return",
        "tok-string \"bad %d\"",
        "tok-number 12",
        "tok-comment // why"
    )]
    [InlineData("x.rs", "let x = format!(\"a{}\", 1); // why", "tok-word let", "tok-number 1", "tok-comment // why")]
    [InlineData("x.yaml", "count: 12 # why", "tok-name count", "tok-number 12", "tok-comment # why")]
    [InlineData("x.sh", "if true; then echo \"a b\"; fi # why", "tok-word if", "tok-name echo", "tok-string \"a b\"", "tok-comment # why")]
    [InlineData("x.py", "def run(self): return 'x'  # why", "tok-word def", "tok-name run", "tok-string 'x'", "tok-comment # why")]
    [InlineData("x.ts", "export const a = 'x'; // why", "tok-word export", "tok-string 'x'", "tok-comment // why")]
    [InlineData("x.java", "public final class Foo { int x = 12; }", "tok-word public", "tok-name Foo", "tok-number 12")]
    [InlineData("x.json", "{\"a\": 12}", "tok-number 12")]
    [InlineData("Dockerfile", "FROM debian:12 # why", "tok-word FROM")]
    [InlineData("x.toml", "a = \"b\" # why", "tok-string \"b\"")]
    public void Diff_LinesOfManyLanguages_HaveTheColorsOfTheirGrammar(string file, string code, params string[] parts)
    {
        var line = DiffLineParser.Of($"diff --git a/{file} b/{file}\n+++ b/{file}\n@@ -1 +1 @@\n+{code}\n")[3];

        Assert.Equal("+" + code, string.Concat(line.Parts.Select(part => part.Text)));
        Assert.All(parts, part => Assert.Contains(part, line.Parts.Select(one => $"{one.Look} {one.Text.Trim()}")));
    }

    [Fact]
    public void Diff_ACommentOverLinesThatWereAndThatAre_IsReadAsItWasAndAsItIs()
    {
        const string Patch =
            "diff --git a/x.cs b/x.cs\n+++ b/x.cs\n@@ -1,4 +1,4 @@\n-/* was\n+int a; // is\n var x;\n-*/ var y;\n+var z;\n"
            + "@@ -9 +9 @@\n var fresh;\n";

        var looks = DiffLineParser.Of(Patch).ToLookup(line => string.Concat(line.Parts.Select(part => part.Text)), line => line.Parts);

        Assert.Equal("tok-comment", looks["-/* was"].Single()[1].Look);
        Assert.Equal(new HighlightedCodeSpan("tok-word", "var"), looks[" var x;"].Single()[1]);
        Assert.Equal(new HighlightedCodeSpan("tok-word", "var"), looks["+var z;"].Single()[1]);
        Assert.Equal(new HighlightedCodeSpan("tok-word", "var"), looks[" var fresh;"].Single()[1]);
    }

    [Theory]
    [InlineData("x.cs", "    public static Task<int> RunAsync(string name) => Foo($\"hello {name}\"); // done")]
    [InlineData("x.ts", "export const foo = async (a: string): Promise<void> => { await bar(`t${a}`); };")]
    public void Diff_OfTenThousandLines_TakesAboutASecondAndIsKept(string file, string code)
    {
        var body = string.Concat(Enumerable.Range(0, 10_000).Select(i => $"+{code}{i}\n"));
        var patch = $"diff --git a/{file} b/{file}\n+++ b/{file}\n@@ -1 +1,10000 @@\n{body}";
        var clock = System.Diagnostics.Stopwatch.StartNew();

        var first = DiffLineParser.Of(patch);
        var took = clock.Elapsed;
        clock.Restart();

        Assert.Same(first, DiffLineParser.Of(new string(patch)));
        Assert.True(took < SyntaxHighlighter.Most + TimeSpan.FromSeconds(3), $"{took}");
        Assert.True(clock.Elapsed < took / 5, $"{clock.Elapsed} of {took}");
        Assert.Equal(DiffLineParser.Most, first.Count);
        Assert.Contains(first[3].Parts, part => part.Look == "tok-word");
    }
}
