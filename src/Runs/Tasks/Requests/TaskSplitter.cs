using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Loading;

namespace Orchestrator.Runs.Tasks.Requests;

/// <summary>
/// Splits a task that is too large for one agent. The subtasks that the task's agent proposes become tasks of the run. They are executed
/// one after another, because they may write the same files. Then the original task continues, and its gates check the whole work.
/// </summary>
/// <param name="services">Dependencies of the run's steps.</param>
public sealed class TaskSplitter(RunServiceBundle services)
{
    private const int Most = 20;
    private const int LongestText = 4000;

    /// <summary>
    /// Requires a user's approval for splitting a task, because additional agents cost money. If the user has already decided, returns the
    /// decision. A split with no subtasks or too many is refused.
    /// </summary>
    /// <param name="input">The agent run, and the user's decision if there is one.</param>
    /// <param name="claim">The agent's claim, which contains the proposed parts.</param>
    internal static AgentRequestEvaluationResult Judge(EvaluateAgentRequestInput input, AgentOutcomeClaim claim)
    {
        var parts = PartsOf(claim);
        var task = input.Task.Task.Id;
        if (parts.Count is 0 or > Most)
        {
            return Refuse($"A task can be divided into 1 to {Most} parts, each described in a sentence.");
        }
        return input.Decision switch
        {
            null => new AgentRequestEvaluationResult
            {
                Step = AgentRequestNextStepKinds.Ask,
                Asks = ApprovalKinds.Split,
                Text =
                    $"May {task} be divided into {Plural.Of(parts.Count, "task")}, one after the other: "
                    + string.Join(" ", parts.Select((part, index) => $"({index + 1}) {FileNameEncoding.Show(part, 300)}"))
                    + (claim.Reason.Length > 0 ? $" Its agent gives this reason: {FileNameEncoding.Show(claim.Reason.Trim(), 400)}" : ""),
            },
            { Accepted: true } yes => new AgentRequestEvaluationResult
            {
                Step = AgentRequestNextStepKinds.Split,
                Note = $"it is divided: {yes.Why}",
            },
            { } no => Refuse($"{no.Why}."),
        };
    }

    /// <summary>Stores the plan with the subtasks added as tasks. A repeated call has the same result.</summary>
    /// <param name="input">The task to split.</param>
    public SplitConclusion Add(SplitTaskInput input)
    {
        var files = services.Plans.Load(input.Repository, input.RunId, input.PlanHash);
        var parts = AgentOutcomeClaim.Read(files.Folder, input.Task, input.Start, input.SaidHash) is { } claim ? PartsOf(claim) : [];
        var whole = files.Task(input.Task);
        var taken = files.Plan.Tasks.Select(task => task.Id).ToHashSet(StringComparer.Ordinal);
        var ids = Enumerable
            .Range(1, int.MaxValue)
            .Select(number => $"{whole.Id}-{number}")
            .Where(id => !taken.Contains(id))
            .Take(parts.Count);
        var tasks = new List<PlanTask>();
        foreach (var (id, text) in ids.Zip(parts))
        {
            tasks.Add(PartOf(whole, id, text, tasks.Count + 1, parts.Count) with { DependsOn = tasks.Count == 0 ? [] : [tasks[^1].Id] });
        }
        var extended = files with
        {
            Plan = files.Plan with { Tasks = [.. files.Plan.Tasks, .. tasks] },
            Added = tasks.Select(task => task.Id).ToHashSet(),
        };
        return new SplitConclusion
        {
            PlanHash = tasks.Count == 0 ? input.PlanHash : files.StoreExtended(tasks),
            Tasks = [.. TaskOutlineExtractor.OutlineOf(extended).Tasks.Skip(files.Plan.Tasks.Count)],
        };
    }

    private static AgentRequestEvaluationResult Refuse(string why) =>
        new()
        {
            Step = AgentRequestNextStepKinds.Answer,
            Text = $"Your task was not split. {why} Do as much as you can, and list the missing parts at the end.",
            Note = $"it is not divided: {why}",
        };

    private static List<string> PartsOf(AgentOutcomeClaim claim) =>
        [
            .. claim
                .Split.Select(part => part.Trim())
                .Where(part => part.Length > 0)
                .Select(part => part.Length <= LongestText ? part : part[..LongestText]),
        ];

    private static PlanTask PartOf(PlanTask whole, string id, string text, int number, int count) =>
        new()
        {
            Id = id,
            Description = text.ReplaceLineEndings(" "),
            Prompt = $"""
                This is part {number} of {count} of the task {whole.Id}, which was too big for one agent. Do only this part;
                other agents do the parts after it:

                {text}

                The whole task is:

                {whole.Text}
                """,
            FilesWrite = whole.FilesWrite,
            FilesRead = whole.FilesRead,
            FilesAppend = whole.FilesAppend,
            ResourcesWrite = whole.ResourcesWrite,
            ResourcesRead = whole.ResourcesRead,
            ContextKeys = whole.ContextKeys,
            Role = whole.Role,
            Agent = whole.Agent,
            Model = whole.Model,
            Timeout = whole.Timeout,
            MaxRetries = whole.MaxRetries,
            AllowLargeChanges = whole.AllowLargeChanges,
            Isolation = whole.Isolation,
            Network = whole.Network,
            Parallel = whole.Parallel,
            Limits = whole.Limits,
        };
}
