using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Cli.Tests;

public sealed class AgentActionReaderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("activity-tests-").FullName;

    [Fact]
    public void Read_TaskFolderWithoutAStart_HasNothingToTell()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "tasks", "a", "gates"));

        Assert.Empty(AgentActionReader.Read(_folder, Working("a"), new Dictionary<string, string> { ["HOME"] = _folder }));
    }

    [Fact]
    public void Read_SeveralStarts_TellsOfTheLastByNumber()
    {
        foreach (var start in (string[])["9", "10"])
        {
            var folder = Directory.CreateDirectory(Path.Combine(_folder, "tasks", "a", start)).FullName;
            File.WriteAllText(Path.Combine(folder, "progress.json"), $$"""{"doing": "start {{start}}"}""");
        }

        Assert.Equal("start 10", AgentActionReader.Read(_folder, Working("a"), new Dictionary<string, string> { ["HOME"] = _folder })["a"]);
    }

    [Fact]
    public void Read_ContextIsKnown_SaysHowMuch()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "tasks", "a", "1")).FullName;
        File.WriteAllText(Path.Combine(folder, "progress.json"), """{"doing": "Edit a.cs", "contextTokens": 45678}""");

        Assert.Equal(
            "Edit a.cs (context 45k)",
            AgentActionReader.Read(_folder, Working("a"), new Dictionary<string, string> { ["HOME"] = _folder })["a"]
        );
    }

    [Fact]
    public void Read_ConflictIsComing_SaysSoBesideBothTasks()
    {
        var run = Path.Combine(_folder, ".orchestrator", "runs", "run");
        Directory.CreateDirectory(Path.Combine(run, "radar"));
        File.WriteAllText(
            Path.Combine(run, "radar", "pair.json"),
            """{"First":"a","Second":"b","FirstCommit":"1","SecondCommit":"2","Files":["x.txt","y.txt"],"At":"2026-01-01T00:00:00+00:00"}"""
        );
        var status = Working("a") with { Tasks = [.. Working("a").Tasks, .. Working("b").Tasks] };

        var environment = new Dictionary<string, string> { ["HOME"] = _folder };
        var doing = AgentActionReader.Read(run, status, environment);

        Assert.Equal("conflict with b is predicted in x.txt and 1 more", doing["a"]);
        Assert.Equal("conflict with a is predicted in x.txt and 1 more", doing["b"]);
        Assert.Equal(["x.txt", "y.txt"], Assert.Single(AgentActionReader.WithActivity(run, status, environment).Coming!).Files);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static RunStatus Working(string id) =>
        new()
        {
            RunId = "run",
            State = RunStateNames.Executing,
            Tasks =
            [
                new RunTaskStatus
                {
                    Id = id,
                    State = TaskStateNames.Executing,
                    Starts = 1,
                },
            ],
        };
}
