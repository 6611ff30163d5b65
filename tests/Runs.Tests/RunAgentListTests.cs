using Orchestrator.Messages;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Reports;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>Names of the agents that did the work, not of the run's default agent.</summary>
public sealed class RunAgentListTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("working-agents-").FullName;

    private static RunStatus Run =>
        new()
        {
            RunId = "r",
            State = RunStateNames.Executing,
            Agent = "usual",
            Tasks =
            [
                new RunTaskStatus { Id = "a", State = TaskStateNames.Merged },
                new RunTaskStatus { Id = "b", State = TaskStateNames.Pending },
            ],
        };

    [Fact]
    public void Of_TaskThatAnotherAgentWorkedOn_NamesThatOne()
    {
        Note("a", 1, "other");
        Note("a", 2, "third");

        Assert.Equal(["other", "third"], RunAgentList.Of(_folder, Run));
    }

    [Fact]
    public void Of_NoAgentHasEndedOrNotesOfAnEarlierVersion_NamesTheUsualOne()
    {
        Assert.Equal(["usual"], RunAgentList.Of(_folder, Run));
        Note("a", 1, "");

        Assert.Equal(["usual"], RunAgentList.Of(_folder, Run));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Note(string task, int start, string agent)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "tasks", task, $"{start}")).FullName;
        new AgentRunOutcomeFile { Attempt = 1, Agent = agent }.Write(folder);
    }
}
