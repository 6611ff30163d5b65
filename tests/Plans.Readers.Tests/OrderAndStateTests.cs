using System.Text;
using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Plans.Readers.Formats;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests;

/// <summary>Order and state in words of other tools are understood with a warning that names the usual key, or refused.</summary>
public sealed class OrderAndStateTests
{
    public static TheoryData<string> OrderWords =>
        [.. KeySynonyms.DependsOn.Split(' '), "blockedBy", "Blocked-By", "dependsUpon", "waitingOn"];

    public static TheoryData<string> DoneWords =>
        [.. KeySynonyms.Completed.Split(' ').Where(word => !word.EndsWith("_at", StringComparison.Ordinal)), "isDone"];

    [Theory]
    [MemberData(nameof(OrderWords))]
    public void Read_AnotherWordForOrder_Orders(string word)
    {
        var yaml = Read(
            $"tasks:\n- {{id: a, description: A, files_write: [a]}}\n- {{id: b, description: B, files_write: [b], {word}: a}}\n",
            "tasks.yaml"
        );
        var json = Read($$"""{"tasks":[{"id":"a","description":"A"},{"id":"b","description":"B","{{word}}":["a"]}]}""", "plan.json");
        var backlog = Read($$"""{"tasks":[{"id":"a","title":"A"},{"id":"b","title":"B","{{word}}":["a"]}]}""", PlanFileName.OwnBacklog);

        foreach (var read in (PlanReadResult[])[yaml, json, backlog])
        {
            Assert.True(read.IsValid, string.Join(' ', read.Faults));
            Assert.Equal(["a"], read.Plan!.Tasks[1].DependsOn);
        }
        Assert.All([yaml, json], read => Assert.Contains("'depends_on'", Assert.Single(read.Warnings).Cure, StringComparison.Ordinal));
        Assert.Contains("'dependencies'", Assert.Single(backlog.Warnings).Cure, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(DoneWords))]
    public void Read_FlagForDone_IsNotPaidAgain(string word)
    {
        var yaml = Read($"tasks:\n- {{id: a, description: A, {word}: true}}\n- {{id: b, description: B, {word}: no}}\n", "tasks.yaml");
        var backlog = Read(
            $$"""{"tasks":[{"id":1,"title":"A","{{word}}":true},{"id":2,"title":"B","{{word}}":false}]}""",
            PlanFileName.OwnBacklog
        );

        Assert.Equal([PlanTaskStatus.Completed, PlanTaskStatus.Pending], yaml.Plan!.Tasks.Select(t => t.Status));
        Assert.Equal(["2"], backlog.Plan!.Tasks.Select(t => t.Id));
        Assert.All([yaml, backlog], read => Assert.All(read.Warnings, w => Assert.Contains("'status'", w.Cure, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("status: closed", PlanTaskStatus.Completed)]
    [InlineData("status: Resolved", PlanTaskStatus.Completed)]
    [InlineData("status: ✅", PlanTaskStatus.Completed)]
    [InlineData("status: '[x]'", PlanTaskStatus.Completed)]
    [InlineData("status: \"won't do\"", PlanTaskStatus.Skipped)]
    [InlineData("state: done", PlanTaskStatus.Completed)]
    [InlineData("completed_at: 2026-01-12T10:00:00Z", PlanTaskStatus.Completed)]
    [InlineData("completed_at: ~", PlanTaskStatus.Pending)]
    [InlineData("status: '-'", PlanTaskStatus.Pending)]
    [InlineData("depends_on: []\n  needs: []", PlanTaskStatus.Pending)]
    public void Read_StatusInOtherWords_IsUnderstood(string line, PlanTaskStatus status)
    {
        var read = Read($"tasks:\n- id: a\n  description: A\n  {line}\n", "tasks.yaml");

        Assert.True(read.IsValid, string.Join(' ', read.Faults));
        Assert.Equal(status, read.Plan!.Tasks[0].Status);
    }

    [Theory]
    [InlineData("status: dnoe", "unknown-status")]
    [InlineData("status: pending\n  done: true", "status-differs")]
    [InlineData("status: done\n  completed: false", "status-differs")]
    [InlineData("completed: perhaps", "wrong-type")]
    [InlineData("blocks: [b]", "reversed-order")]
    [InlineData("required_by: b", "reversed-order")]
    [InlineData("wave: 2", "numbered-order")]
    [InlineData("order: '3'", "numbered-order")]
    [InlineData("executionOrder: 10", "numbered-order")]
    [InlineData("phase: 2", "numbered-order")]
    [InlineData("needs: [b]\n  depends_on: [c]", "duplicate-key")]
    [InlineData("after: Tuesday", "unknown-dependency")]
    public void Read_OrderOrStateThatIsNotUnderstood_RefusesThePlan(string line, string code)
    {
        var read = Read(
            $"tasks:\n- id: a\n  description: A\n  {line}\n- {{id: b, description: B}}\n- {{id: c, description: C}}\n",
            "tasks.yaml"
        );

        Assert.Equal(code, Assert.Single(read.Errors).Code);
    }

    /// <summary>The first of an order waits for nobody, and a number beside names repeats what they say.</summary>
    [Theory]
    [InlineData("wave: 1")]
    [InlineData("order: 0")]
    [InlineData("wave: 2\n  depends_on: [b]")]
    [InlineData("wave: 3\n  needs: []")]
    [InlineData("phase: Foundation")]
    public void Read_NumberThatSaysNoFurtherOrder_IsAWarning(string lines)
    {
        var read = Read($"tasks:\n- id: a\n  description: A\n  {lines}\n- {{id: b, description: B}}\n", "tasks.yaml");

        Assert.True(read.IsValid, string.Join(' ', read.Faults));
        Assert.Contains(read.Warnings, warning => warning.Code == "unknown-key");
    }

    [Fact]
    public void Read_BacklogWithANumberedOrder_IsRefusedWithItsOwnKey()
    {
        var read = Read("""{"tasks":[{"id":1,"title":"A","order":1},{"id":2,"title":"B","order":2}]}""", PlanFileName.OwnBacklog);

        var error = Assert.Single(read.Errors);
        Assert.Equal("numbered-order", error.Code);
        Assert.Contains("'dependencies'", error.Cure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("blokced_by", "depends_on")]
    [InlineData("isDonee", "status")]
    public void Read_MisspeltWordOfAnotherTool_SuggestsTheUsualKey(string word, string key) =>
        Assert.Contains(
            $"'{key}'",
            Assert.Single(Read($"tasks:\n- {{id: a, description: A, {word}: 1}}\n", "tasks.yaml").Warnings).Cure,
            StringComparison.Ordinal
        );

    [Theory]
    [InlineData(
        "| Phase | Title | Blocked By | State |\n|-|-|-|-|\n| 1 | [A](a.md) |  | Closed |\n| 2 | [B](b.md) | Phase 1 | Open |\n",
        "",
        true
    )]
    [InlineData(
        "| Phase | Title | Done |\n|-|-|-|\n| 1 | [A](a.md) | ✅ |\n| 2 | [B](b.md) | [ ] |\n",
        "**Requires:** [Phase 1](a.md)\n",
        true
    )]
    [InlineData(
        "| Phase | Title | Requires |\n|-|-|-|\n| 1 | [A](a.md) | |\n| 2 | [B](b.md) | Docker |\n",
        "Needs: a lot of care\n\nDone: never\n",
        false
    )]
    public void Read_MasterPlanInOtherWords_IsUnderstood(string table, string facts, bool isOrdered)
    {
        var read = Read(
            $"# Plan\n\n{table}",
            "plan.md",
            name =>
                Encoding.UTF8.GetBytes(
                    $"# Phase {(name == "a.md" ? 1 : 2)}: X\n\n{(name == "a.md" ? "" : facts)}\n## Tasks\n\n- [ ] Do it\n"
                )
        );

        Assert.True(read.IsValid, string.Join(' ', read.Faults));
        Assert.Equal(isOrdered ? ["1"] : [], read.Plan!.Tasks[1].DependsOn);
        Assert.Equal(isOrdered ? PlanTaskStatus.Completed : PlanTaskStatus.Pending, read.Plan.Tasks[0].Status);
        Assert.Equal(PlanTaskStatus.Pending, read.Plan.Tasks[1].Status);
        Assert.Contains(read.Warnings, w => w.Code == "other-key" && w.Cure.Contains("usual word", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"id":1,"title":"T","complexity":"medium"}""")]
    [InlineData("""{"id":1,"title":"T","complexity":{"score":7}}""")]
    [InlineData("""{"id":1,"title":"T","details":["one","two"],"estimate":"2 days"}""")]
    [InlineData("""{"id":1,"title":"T","enables":"Faster logins","blocks":{"by":2}}""")]
    public void Read_BacklogWithMembersOfAnotherForm_IsRead(string task)
    {
        var read = BacklogReader.Read(Encoding.UTF8.GetBytes($$"""{"tasks":[{{task}}]}"""), "tasks.json");

        Assert.Empty(read.Faults);
        Assert.Equal("T", Assert.Single(read.File!.Backlog.Tasks).Title);
    }

    [Theory]
    [InlineData("""{"id":1,"done":false}""", "done", """{"id":1,"done":true}""")]
    [InlineData("""{"id":1,"done":false}""", "review", """{"id":1,"done":false, "status":"review"}""")]
    [InlineData("""{"id":1,"status":"open","completed":false}""", "done", """{"id":1,"status":"done","completed":true}""")]
    [InlineData("""{"id":1,"completed_at":"2026-01-12"}""", "pending", """{"id":1,"completed_at":null, "status":"pending"}""")]
    [InlineData("""{"id":1,"state":"todo"}""", "done", """{"id":1,"state":"done"}""")]
    public void Write_StatusOfAnotherTool_IsChangedInItsOwnWord(string before, string status, string after)
    {
        var file = BacklogReader.Read(Encoding.UTF8.GetBytes($"[{before}]"), "tasks.json").File!;

        var written = file.Write(file.Backlog.SetStatus("1", status));

        Assert.Equal($"[{after}]".Replace(", ", ",", StringComparison.Ordinal), Encoding.UTF8.GetString(written));
        Assert.Equal(status, BacklogReader.Read(written, "tasks.json").File!.Backlog.Tasks[0].Status);
    }

    [Fact]
    public void Read_CurrentTagThatIsGone_IsRefusedWithTheTagsThereAre()
    {
        var read = PlanReader.Read(
            """{"master":{"tasks":[{"id":1,"title":"A"}]},"next":{"tasks":[]}}"""u8,
            PlanFileName.TaskMasterBacklog,
            path => path == BacklogPlanReader.TaskMasterState ? """{"currentTag":"gone"}"""u8.ToArray() : null
        );

        var error = Assert.Single(read.Errors);
        Assert.Equal("no-tag", error.Code);
        Assert.Contains("'gone'", error.Message, StringComparison.Ordinal);
        Assert.Contains("master, next", error.Cure, StringComparison.Ordinal);
    }

    private static PlanReadResult Read(string text, string file, Func<string, byte[]?>? open = null) =>
        PlanReader.Read(Encoding.UTF8.GetBytes(text), file, open ?? (_ => null));
}
