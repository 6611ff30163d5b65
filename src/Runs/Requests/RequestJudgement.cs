using Orchestrator.Agents;
using Orchestrator.Messages;

namespace Orchestrator.Runs.Requests;

/// <summary>What is done about what the agent of a task can't go on without.</summary>
/// <param name="services">What the steps need of this machine.</param>
public sealed class RequestJudgement(RunServices services)
{
    /// <summary>Judges it: refuses, grants, or says that a person has to. Done again, it says the same.</summary>
    /// <param name="input">Which start, and what a person has said.</param>
    /// <param name="stop">Ends the look.</param>
    public async Task<RequestVerdict> JudgeAsync(JudgeRequestInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Task.Repository, input.Task.RunId, input.Task.PlanHash);
        var claim = AgentClaim.TryRead(files.Folder.Start(input.Task.Task.Id, input.Start));
        var isAnswered = claim is { Needs.Count: > 0, Files.Count: 0, Split.Count: 0 };
        return (isAnswered ? await new DependencyRequests(services, files, input).JudgeAsync(claim!, stop) : null)
            ?? new RequestVerdict { Step = RequestSteps.Person };
    }
}
