using System.Text;
using System.Text.Json.Nodes;
using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Plans.Readers.Formats;
using Xunit;

namespace Orchestrator.Plans.Readers.Tests.Backlogs;

public sealed class BacklogReaderTests
{
    internal const string Tagged = """
        {
          "master": {
            "tasks": [
              { "id": 1, "title": "Set up", "description": "Create it", "status": "completed", "dependencies": [], "priority": "high",
                "theirs": { "kept": true } },
              {
                "id": 2, "title": "Build", "status": "pending", "dependencies": [1], "testStrategy": "Run it", "complexityScore": 7,
                "subtasks": [ { "id": 1, "title": "First", "status": "pending" }, { "id": 2, "title": "Second", "status": "pending",
                  "dependencies": [1] } ]
              },
              { "id": 3, "title": "Ship", "status": "pending", "dependencies": ["2.2"] }
            ],
            "metadata": { "created": "2025-01-01" }
          },
          "later": { "tasks": [ { "id": 1, "title": "Other" } ] }
        }
        """;

    [Fact]
    public void Read_TaggedFile_GivesTheTasksOfTheTag()
    {
        var backlog = Read(Tagged).File!.Backlog;

        Assert.Equal(["1 done", "2 pending", "2.1 pending", "2.2 pending", "3 pending"], backlog.All.Select(t => $"{t.Id} {t.Status}"));
        Assert.Equal(["2.1"], backlog.Find("2.2")!.Dependencies);
        Assert.Equal(["2.2"], backlog.Find("3")!.Dependencies);
        Assert.Equal("Other", Read(Tagged, "later").File!.Backlog.Tasks[0].Title);
        Assert.Contains("master, later", Assert.Single(Read(Tagged, "none").Faults).Cure, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_OneChange_LeavesEverythingElse()
    {
        var file = Read(Tagged).File!;
        (var more, var added) = file
            .Backlog.SetStatus("2.1", "done")
            .Add(
                new BacklogTask
                {
                    Id = "",
                    Title = "New",
                    Dependencies = ["3"],
                }
            );

        var written = JsonNode.Parse(file.Write(more))!;

        Assert.Equal("4", added.Id);
        Assert.Equal("completed", (string)written["master"]!["tasks"]![0]!["status"]!);
        Assert.True((bool)written["master"]!["tasks"]![0]!["theirs"]!["kept"]!);
        Assert.Equal("done", (string)written["master"]!["tasks"]![1]!["subtasks"]![0]!["status"]!);
        Assert.Equal(
            """{"id":4,"title":"New","status":"pending","priority":"medium","dependencies":[3]}""",
            written["master"]!["tasks"]![3]!.ToJsonString()
        );
        Assert.Equal("2025-01-01", (string)written["master"]!["metadata"]!["created"]!);
        Assert.Equal("Other", (string)written["later"]!["tasks"]![0]!["title"]!);
        Assert.Equal("2.1", $"2.{file.ToJson("2.1")["id"]}");
    }

    [Theory]
    [InlineData("""{"tasks":[{"title":"no id"}]}""", "missing-field")]
    [InlineData("""{"tasks":[{"id":1},{"id":1}]}""", "duplicate-id")]
    [InlineData("""{"tasks":{"id":1}}""", "wrong-type")]
    [InlineData("""{"other":1}""", "no-tasks")]
    [InlineData("""{"tasks":[""", "json-syntax")]
    [InlineData("5", "wrong-type")]
    public void Read_BrokenFile_NamesTheFault(string text, string code)
    {
        var result = Read(text);

        Assert.Null(result.File);
        Assert.Contains(code, result.Faults.Select(f => f.Code));
        Assert.All(result.Faults, f => Assert.True(f.Line > 0 && f.Cure.Length > 0));
    }

    [Theory]
    [InlineData("""{"tasks":[{"id":1,"dependencies":[2]},{"id":2,"dependencies":[1]},{"id":3}]}""", "cycle")]
    [InlineData("""{"tasks":[{"id":1,"dependencies":[7]},{"id":3}]}""", "unknown-dependency")]
    [InlineData("""{"tasks":[{"id":1,"dependencies":[1]},{"id":3}]}""", "self-dependency")]
    public void Read_DependenciesThatCannotBeMet_AreNamedAndTheRestCanBeUsed(string text, string code)
    {
        var result = Read(text);
        var plan = PlanReader.Read(Encoding.UTF8.GetBytes(text), PlanFileName.OwnBacklog, _ => null);

        Assert.Equal(code, Assert.Single(result.Errors).Code);
        Assert.Equal("3", result.File!.Backlog.Next()!.Id);
        Assert.False(plan.IsValid);
    }

    [Fact]
    public void PlanRead_SubtaskWaitsForAnotherTask_MakesItsTaskWait()
    {
        var ordered = PlanReader.Read(
            """{"tasks":[{"id":1,"title":"A","subtasks":[{"id":1,"title":"a","dependencies":[5]},"""u8
                + """{"id":2,"title":"b","status":"done","dependencies":[6]}]},{"id":5,"title":"B"},{"id":6,"title":"C"}]}"""u8,
            PlanFileName.OwnBacklog,
            _ => null
        );
        var circle = PlanReader.Read(
            """{"tasks":[{"id":1,"title":"A","dependencies":["2.1"],"subtasks":[{"id":1,"title":"a"}]},"""u8
                + """{"id":2,"title":"B","dependencies":["1.1"],"subtasks":[{"id":1,"title":"b"}]}]}"""u8,
            PlanFileName.OwnBacklog,
            _ => null
        );

        Assert.Equal(["1:5", "5:", "6:"], ordered.Plan!.Tasks.Select(t => $"{t.Id}:{string.Join(',', t.DependsOn)}"));
        Assert.Equal(("cycle", false), (Assert.Single(circle.Errors).Code, circle.IsValid));
    }

    [Fact]
    public void Write_DependencyOnASiblingThatIsNotThere_StaysWhatItIs()
    {
        var file = Read(
            """{"tasks":[{"id":2,"title":"A","subtasks":[{"id":1,"title":"a","dependencies":["2.7"]},"""
                + """{"id":2,"title":"b","dependencies":[7]}]},{"id":7,"title":"B"}]}"""
        ).File!;

        var changed = Encoding.UTF8.GetString(file.Write(file.Backlog.Change("2.1", t => t with { Dependencies = ["2.7", "2.2"] })));

        Assert.Equal(
            """[["2.7",2],[7]]""",
            new JsonArray([
                .. JsonNode.Parse(changed)!["tasks"]![0]!["subtasks"]!.AsArray().Select(s => s!["dependencies"]!.DeepClone()),
            ]).ToJsonString()
        );
        Assert.Equal(["2.7", "2.2"], Read(changed).File!.Backlog.Find("2.1")!.Dependencies);
    }

    [Fact]
    public void Read_BrokenText_IsNamedInOneLine() => Assert.DoesNotContain('\n', Assert.Single(Read("not json\n").Faults).Message);

    [Fact]
    public void Read_BareList_IsABacklogToo() => Assert.Equal("T", Read("""[{"id":1,"title":"T"}]""").File!.Backlog.Tasks[0].Title);

    [Fact]
    public void Read_UnknownStatus_Warns()
    {
        var result = Read("""{"tasks":[{"id":1,"title":"T","status":"dnoe"}]}""");

        Assert.Contains("Did you mean 'done'?", Assert.Single(result.Faults).Cure, StringComparison.Ordinal);
    }

    [Fact]
    public void PlanReader_Backlog_IsAPlanOfWhatIsPendingInTheCurrentTag()
    {
        var text = Encoding.UTF8.GetBytes(Tagged);

        var usual = PlanReader.Read(text, PlanFileName.TaskMasterBacklog, _ => null);
        var tagged = PlanReader.Read(
            text,
            "/repo/" + PlanFileName.TaskMasterBacklog,
            path => path == ".taskmaster/state.json" ? """{"currentTag":"later"}"""u8.ToArray() : null
        );

        Assert.Equal(["2:", "3:2"], usual.Plan!.Tasks.Select(t => $"{t.Id}:{string.Join(',', t.DependsOn)}"));
        Assert.Equal("Other", Assert.Single(tagged.Plan!.Tasks).Description);
    }

    [Fact]
    public void PlanReader_BacklogWithNothingPending_SaysSo()
    {
        var result = PlanReader.Read(
            """{"tasks":[{"id":1,"title":"T","status":"done"},{"id":2,"title":"U","status":"deferred"},"""u8
                + """{"id":3,"title":"V","dependencies":[2]}]}"""u8,
            PlanFileName.OwnBacklog,
            _ => null
        );

        Assert.Equal(["left-out", "no-tasks"], result.Faults.Select(f => f.Code));
    }

    private static BacklogReadResult Read(string text, string? tag = null) =>
        BacklogReader.Read(Encoding.UTF8.GetBytes(text), "tasks.json", tag);
}
