using System.Collections.Concurrent;
using Orchestrator.Messages;
using Temporalio.Activities;

namespace Orchestrator.Workflows.Tests;

/// <summary>What is done about what agents can't go on without; by default a person answers.</summary>
internal sealed partial class ScriptedActivities
{
    public Func<JudgeRequestInput, RequestVerdict> JudgeRequest { get; set; } = _ => new RequestVerdict { Step = RequestSteps.Person };

    public Func<InstallInput, InstallResult> Install { get; set; } = input => new InstallResult { Commit = $"packages-{input.Round}" };

    public ConcurrentQueue<ConcludeRequestInput> Installed { get; } = new();

    [Activity]
    public Task<RequestVerdict> JudgeRequestAsync(JudgeRequestInput input) => Task.FromResult(JudgeRequest(input));

    public Func<SplitTaskInput, SplitConclusion> Split { get; set; } = _ => new SplitConclusion { PlanHash = "h" };

    [Activity]
    public Task<SplitConclusion> SplitTaskAsync(SplitTaskInput input) => Task.FromResult(Split(input));

    /// <summary>What the planner was asked for agents, in order.</summary>
    public ConcurrentQueue<AskQuestionInput> AskedForAgents { get; } = new();

    public Func<AskQuestionInput, CancellationToken, Task<QuestionAnswer>> AnswerQuestion { get; set; } =
        (_, _) => Task.FromResult(new QuestionAnswer { Run = Done("planner's"), Why = "nobody has scripted an answer" });

    [Activity]
    public Task<QuestionAnswer> AnswerQuestionAsync(AskQuestionInput input)
    {
        AskedForAgents.Enqueue(input);
        return WithHeartbeatsAsync(stop => AnswerQuestion(input, stop));
    }

    [Activity]
    public Task<InstallResult> InstallAsync(InstallInput input) => Task.FromResult(Install(input));

    [Activity]
    public Task<RequestConclusion> ConcludeRequestAsync(ConcludeRequestInput input)
    {
        Installed.Enqueue(input);
        return Task.FromResult(
            input.Problem.Length > 0 ? new RequestConclusion { Text = input.Problem }
            : input.Parts is not null ? new RequestConclusion { Commit = "so-far", Text = input.Parts }
            : new RequestConclusion
            {
                Commit = "so-far",
                Text = "it is installed",
                Note = "installed",
            }
        );
    }
}
