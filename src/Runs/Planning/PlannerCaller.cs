using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Plans.Readers.TaskGraphs;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Loading;

namespace Orchestrator.Runs.Planning;

/// <summary>
/// Asks a planner for a plan or for backlog tasks. A valid answer is stored. The errors of an invalid answer are returned to the planner
/// for its next attempt.
/// </summary>
public sealed class PlannerCaller : IReadOnlyAgentCaller
{
    /// <summary>Maximum number of errors that are returned to the planner at once.</summary>
    private const int MostFaults = 50;

    /// <inheritdoc/>
    public Task<ReadOnlyAgentCallOptions> DescribeAsync(AskAgentInput input)
    {
        var files = FilesOf(input.Question);
        return Task.FromResult(
            new ReadOnlyAgentCallOptions
            {
                Folder = files.Folder,
                TaskId = files.TaskId,
                RunStart = files.Start,
                Who = files.Start.Settings.Planner,
                Role = "planner",
                Setting = "planner",
                Conversations = files.Conversations,
                Schema = files.Schema,
                AnswerFile = files.Answer(input.Start),
                Worktree = files.Worktree,
                Commit = files.Goal.Commit ?? "HEAD",
                Prompt = () => files.Prompt,
            }
        );
    }

    /// <inheritdoc/>
    public AgentAnswerValidationResult Judge(ValidateAgentAnswerInput input)
    {
        var files = FilesOf(input.Question);
        var answer =
            input.AnswerHash.Length == 0
                ? null
                : Encoding.UTF8.GetString(HashVerifiedFile.Read(files.Folder, files.Answer(input.Start), input.AnswerHash));
        var (message, said, errors) = files.Goal.Options.IsForBacklog
            ? ReadTasksAnswer(files, answer)
            : ReadPlanAnswer(files, answer, input.Question.Repository.WorkTree);
        if (errors.Count == 0)
        {
            return new AgentAnswerValidationResult { Message = message, SaidHash = said };
        }
        var faults = errors.Take(MostFaults).ToList();
        var problems = ContentAddressedFile.Write(files.Problems(input.Start), string.Concat(faults.Select(f => $"- {f}\n")));
        return new AgentAnswerValidationResult
        {
            Problems = [.. faults.Take(3), .. faults.Count > 3 ? [$"And {errors.Count - 3} more."] : Array.Empty<string>()],
            ProblemsFile = files.Folder.Relative(problems),
        };
    }

    private static (string Message, string Said, IReadOnlyList<string> Errors) ReadPlanAnswer(
        PlanningFileStore files,
        string? answer,
        string root
    )
    {
        // Tasks that a replanning adds start from the results of earlier tasks.
        var tree = files.Goal.Taken.Count > 0 ? files.Worktree : root;
        var read = PlanFileReader.RefuseUnfit(PlannerAnswer.Read(answer, files.Request, PlannerTaskDefinition.Id), root, tree);
        if (read.Plan is not { } plan)
        {
            return ("", "", [.. read.Errors.Select(f => f.ToString())]);
        }
        if (files.Goal.Taken.Count > 0 && MidRunFaults(plan, files.Goal).ToList() is { Count: > 0 } misplaced)
        {
            return ("", "", misplaced);
        }
        if (files.Goal.BacklogIds is { } ids)
        {
            _ = BacklogPlanningRequestRenderer.Links(plan, ids, out var unfit);
            if (unfit.Count > 0)
            {
                return ("", "", unfit);
            }
            plan = plan with { Request = "The pending tasks of the backlog" };
        }
        var said = HashVerifiedFile.Write(files.PlanPath, PlanJson.Write(plan));
        DurableFile.Write(files.PlanText, Encoding.UTF8.GetBytes(TaskGraphYamlWriter.WriteShort(plan)));
        return (Plural.Of(plan.Tasks.Count, "task"), said, []);
    }

    /// <summary>Lists the reasons why a plan can't be added to the tasks of a run that has started.</summary>
    private static IEnumerable<string> MidRunFaults(Plan plan, PlanningGoal goal)
    {
        foreach (var task in plan.Tasks.Where(task => goal.Taken.Contains(task.Id, StringComparer.OrdinalIgnoreCase)))
        {
            yield return $"The id '{task.Id}' is already used by an earlier task of this run. Give the new task another id, also in "
                + "the tasks that "
                + "depend on it.";
        }
        if (plan.Contracts.Count > 0)
        {
            yield return "A run that has started can't get new contracts. Describe shared interfaces in the prompts of the tasks, and "
                + "leave 'contracts' out.";
        }
        if (plan.Context.Count > 0)
        {
            yield return "A run that has started can't get new context. Put it into the prompts of the tasks, and leave 'context' out.";
        }
    }

    private static (string Message, string Said, IReadOnlyList<string> Errors) ReadTasksAnswer(PlanningFileStore files, string? answer)
    {
        var (tasks, faults) = PlannerBacklogAnswerParser.Read(answer);
        var said = faults.Count == 0 ? HashVerifiedFile.Write(files.TasksPath, Encoding.UTF8.GetBytes(answer!)) : "";
        return (Plural.Of(tasks.Count, "task"), said, [.. faults.Select(f => f.ToString())]);
    }

    private static PlanningFileStore FilesOf(AgentQuestion question) =>
        new(question.Repository, question.RunId, question.Planning!.PlanningHash, question.Planning.Replan);
}
