using Orchestrator.Cli.Runs;
using Orchestrator.Messages;
using Xunit;

namespace Orchestrator.Cli.Tests;

public sealed class AgentActivityTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("activity-tests-").FullName;

    [Fact]
    public void Read_TaskFolderWithoutAStart_HasNothingToTell()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "tasks", "a", "gates"));

        Assert.Empty(AgentActivity.Read(_folder, Working("a"), new Dictionary<string, string> { ["HOME"] = _folder }));
    }

    [Fact]
    public void Read_SeveralStarts_TellsOfTheLastByNumber()
    {
        foreach (var start in (string[])["9", "10"])
        {
            var folder = Directory.CreateDirectory(Path.Combine(_folder, "tasks", "a", start)).FullName;
            File.WriteAllText(Path.Combine(folder, "progress.json"), $$"""{"doing": "start {{start}}"}""");
        }

        Assert.Equal("start 10", AgentActivity.Read(_folder, Working("a"), new Dictionary<string, string> { ["HOME"] = _folder })["a"]);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static RunStatus Working(string id) =>
        new()
        {
            RunId = "run",
            State = RunStates.Executing,
            Tasks =
            [
                new RunTask
                {
                    Id = id,
                    State = TaskStates.Executing,
                    Starts = 1,
                },
            ],
        };
}
