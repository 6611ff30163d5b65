using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Tasks.Requests;

/// <summary>Grants or refuses the requests of blocked agents, or requires a user's decision.</summary>
/// <param name="services">Dependencies of the run's steps.</param>
/// <param name="leases">Leases that tasks of all runs in the repository hold or wait for.</param>
public sealed class AgentRequestJudge(RunServiceBundle services, IReadOnlyList<LeaseRequest> leases)
{
    private static readonly AgentRequestEvaluationResult ByPerson = new() { Step = AgentRequestNextStepKinds.Person };

    /// <summary>Refuses or grants a request, or requires a user's decision. A repeated call has the same result.</summary>
    /// <param name="input">The agent run, and the user's decision if there is one.</param>
    public async Task<AgentRequestEvaluationResult> JudgeAsync(EvaluateAgentRequestInput input, CancellationToken stop)
    {
        var files = services.Plans.Load(input.Task.Repository, input.Task.RunId, input.Task.PlanHash);
        var claim = AgentOutcomeClaim.Read(files.Folder, input.Task.Task.Id, input.Start, input.SaidHash);
        if (claim is { Split.Count: > 0 })
        {
            return TaskSplitter.Judge(input, claim);
        }
        if (claim is null or { Needs.Count: 0, Files.Count: 0 })
        {
            return claim is null || claim.Reason.Trim().Length == 0 ? ByPerson : ChooseAnswerer(files, input);
        }
        var wanted = await new FileRequestJudge(files, input.Task, leases, await ReadOtherTasksAsync(files, input, stop)).JudgeAsync(
            claim.Files,
            isApproved: input.Decision is { Accepted: true },
            stop
        );
        if (wanted.NeedPerson.Count > 0)
        {
            if (input.Decision is null)
            {
                return Ask(input.Task.Task.Id, claim, wanted);
            }
            wanted = wanted.Refuse($"{FileNameEncoding.List(wanted.NeedPerson)}: {input.Decision.Why}.");
        }
        var verdict = claim.Needs.Count == 0 ? null : await new PackageRequestJudge(services, files, input).JudgeAsync(claim, stop);
        if (claim.Needs.Count > 0 && verdict is null)
        {
            return ByPerson with { Lent = wanted.Lent, Note = Note(wanted) };
        }
        verdict ??= new AgentRequestEvaluationResult { Step = AgentRequestNextStepKinds.Answer };
        return verdict with
        {
            Text = verdict.Step == AgentRequestNextStepKinds.Ask ? verdict.Text : string.Join(" ", [.. wanted.Said, verdict.Text]).Trim(),
            Lent = wanted.Lent,
            Note = string.Join(" ", ((string[])[Note(wanted), verdict.Note]).Where(text => text.Length > 0)),
        };
    }

    /// <summary>
    /// Returns the other tasks of the run in their current states. They include tasks that were added after the requesting task had
    /// started.
    /// </summary>
    private async Task<TaskFileClaims> ReadOtherTasksAsync(
        RunPlanAndSettings files,
        EvaluateAgentRequestInput input,
        CancellationToken stop
    )
    {
        var run = await services.AskRun(input.Task.RunId, stop);
        var newest =
            run is { PlanHash.Length: > 0 } && run.PlanHash != input.Task.PlanHash
                ? services.Plans.Load(input.Task.Repository, input.Task.RunId, run.PlanHash)
                : files;
        return new TaskFileClaims(newest.Plan, run?.Tasks ?? []);
    }

    /// <summary>Determines whether the planner or a user answers a question.</summary>
    private static AgentRequestEvaluationResult ChooseAnswerer(RunPlanAndSettings files, EvaluateAgentRequestInput input)
    {
        var questions = files.Settings.Questions;
        if (!questions.ByPlanner)
        {
            return ByPerson;
        }
        var answered = input.Answered;
        return answered < questions.MaxAnswers
            ? new AgentRequestEvaluationResult { Step = AgentRequestNextStepKinds.Planner }
            : ByPerson with
            {
                Text =
                    $"the planner has answered {Plural.Of(answered, "question")} from this task; "
                    + "further questions go to you (questions.max_answers)",
            };
    }

    /// <summary>Combines all requests that need a user's approval into one.</summary>
    private static AgentRequestEvaluationResult Ask(string task, AgentOutcomeClaim claim, FileRequestVerdict wanted) =>
        new()
        {
            Step = AgentRequestNextStepKinds.Ask,
            Asks = ApprovalKinds.File,
            Lent = wanted.Lent,
            Text =
                $"May {task} write {FileNameEncoding.List(wanted.NeedPerson)}"
                + (claim.Needs.Count > 0 ? $", and use {FileNameEncoding.List(claim.Needs)}" : "")
                + "?"
                + (claim.Reason.Length > 0 ? $" Its agent gives this reason: {FileNameEncoding.Show(claim.Reason.Trim(), 400)}" : ""),
        };

    private static string Note(FileRequestVerdict wanted) =>
        wanted.Said.Count == 0 ? "" : $"files that its agent requested: {FileNameEncoding.List(wanted.Said, 10)}";
}
