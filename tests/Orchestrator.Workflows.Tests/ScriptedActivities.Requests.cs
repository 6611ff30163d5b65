using System.Collections.Concurrent;
using Orchestrator.Messages;
using Temporalio.Activities;

namespace Orchestrator.Workflows.Tests;

/// <summary>Decisions about requests of blocked agents; by default a user answers.</summary>
internal sealed partial class ScriptedActivities
{
    public Func<EvaluateAgentRequestInput, AgentRequestEvaluationResult> JudgeRequest { get; set; } =
        _ => new AgentRequestEvaluationResult { Step = AgentRequestNextStepKinds.Person };

    public Func<InstallPackagesInput, PackageInstallationResult> Install { get; set; } =
        input => new PackageInstallationResult { Commit = $"packages-{input.Round}" };

    public ConcurrentQueue<ConcludeAgentRequestInput> Installed { get; } = new();

    [Activity]
    public Task<AgentRequestEvaluationResult> JudgeRequestAsync(EvaluateAgentRequestInput input) => Task.FromResult(JudgeRequest(input));

    public Func<SplitTaskInput, SplitConclusion> Split { get; set; } = _ => new SplitConclusion { PlanHash = "h" };

    [Activity]
    public Task<SplitConclusion> SplitTaskAsync(SplitTaskInput input) => Task.FromResult(Split(input));

    [Activity]
    public Task<SplitConclusion> AddTasksAsync(AddTasksInput input) =>
        Task.FromResult(
            new SplitConclusion
            {
                PlanHash = $"{input.PlanHash}+",
                Tasks = [.. input.Tasks.Select(task => new TaskOutline { Id = task.Id })],
            }
        );

    /// <summary>Questions that the planner got for agents, in order.</summary>
    public ConcurrentQueue<AskAgentInput> AskedForAgents { get; } = new();

    private readonly ConcurrentDictionary<string, QuestionAnswer> _answers = new();

    public Func<AskAgentInput, CancellationToken, Task<QuestionAnswer>> AnswerQuestion { get; set; } =
        (_, _) => Task.FromResult(new QuestionAnswer { Run = Done("planner's"), Why = "nobody has scripted an answer" });

    private async Task<AgentRunResult> AnswerForAgentAsync(AskAgentInput input, CancellationToken stop)
    {
        var answer = _answers[KeyOf(input.Question, input.Start)] = await AnswerQuestion(input, stop);
        return answer.Run;
    }

    private AgentAnswerValidationResult JudgeForAgent(ValidateAgentAnswerInput input)
    {
        var answer = _answers[KeyOf(input.Question, input.Start)];
        return new AgentAnswerValidationResult
        {
            Message = answer.Answer,
            LeftToPerson = answer.Why,
            By = answer.By,
            File = answer.File,
        };
    }

    private static string KeyOf(AgentQuestion question, int start) => $"{question.Task!.Task.Task.Id} {question.Task.Start} {start}";

    [Activity]
    public Task<PackageInstallationResult> InstallAsync(InstallPackagesInput input) => Task.FromResult(Install(input));

    [Activity]
    public Task<AgentRequestAnswer> ConcludeRequestAsync(ConcludeAgentRequestInput input)
    {
        Installed.Enqueue(input);
        return Task.FromResult(
            input.Problem.Length > 0 ? new AgentRequestAnswer { Text = input.Problem }
            : input.Parts is not null ? new AgentRequestAnswer { Commit = "so-far", Text = input.Parts }
            : new AgentRequestAnswer
            {
                Commit = "so-far",
                Text = "it is installed",
                Note = "installed",
            }
        );
    }
}

/// <summary>The planner's answer to a question of a task's agent.</summary>
internal sealed record QuestionAnswer
{
    public required AgentRunResult Run { get; init; }

    /// <summary>Empty: a user has to answer.</summary>
    public string Answer { get; init; } = "";

    /// <summary>Why a user has to.</summary>
    public string Why { get; init; } = "";

    public string By { get; init; } = "";

    public string File { get; init; } = "";
}
