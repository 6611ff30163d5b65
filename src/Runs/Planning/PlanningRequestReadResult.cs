using Orchestrator.Plans.Readers.Backlogs;
using Orchestrator.Plans.Readers.Formats;
using Orchestrator.Runs.Backlogs;

namespace Orchestrator.Runs.Planning;

/// <summary>The source of a planning request. It is a text, a document, or the pending tasks of a backlog.</summary>
/// <param name="Text">The text of the request.</param>
/// <param name="BacklogIds">Ids of the backlog tasks to plan, or null if the source is not a backlog.</param>
/// <param name="Fault">The reason why nothing can be planned, or null if planning is possible.</param>
public sealed record PlanningRequestReadResult(string Text, IReadOnlyList<string>? BacklogIds, string? Fault)
{
    /// <summary>Reads the request from the run's input, or from the file that the input names.</summary>
    public static PlanningRequestReadResult Read(PreparePlanningInput input)
    {
        if (input.Input.Request is { } said)
        {
            return said.Trim().Length == 0
                ? Missing("The request is empty. Describe the work.")
                : new PlanningRequestReadResult(said.Trim(), null, null);
        }
        var name = input.Input.RequestFile!;
        var path = Path.GetFullPath(name, input.Repository.WorkTree);
        try
        {
            if (PlanFileName.IsBacklog(name))
            {
                return PlanningRequestDocument.SizeFault(path, name) is { } tooLarge
                    ? Missing(tooLarge)
                    : OfBacklog(File.ReadAllBytes(path), name, input);
            }
            var text = PlanningRequestDocument.Read(path, name, out var fault);
            return new PlanningRequestReadResult(text, null, fault);
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return Missing($"The request can't be read: {missing.Message} Write an absolute path, or a path relative to the repository.");
        }
    }

    /// <summary>Returns the request for the planner. If a user commented on an earlier plan, the comments are included.</summary>
    public string TextFor(PlanningOptions options) =>
        options is { Earlier: { } earlier, Remarks: { } remarks } ? PlannerPrompt.Otherwise(Text, earlier, remarks) : Text;

    private static PlanningRequestReadResult OfBacklog(byte[] bytes, string name, PreparePlanningInput input)
    {
        var tag = input.Input.Planning?.Tag ?? new BacklogStore(input.Repository.WorkTree, null, TimeProvider.System).CurrentTag;
        var read = BacklogReader.Read(bytes, name, tag);
        if (read.File is not { } file || read.Errors.Any())
        {
            return Missing(string.Join(" ", read.Errors.Select(f => f.ToString())));
        }
        var pending = file.Backlog.ToPlan().Plan;
        return pending.Tasks.Count == 0
            ? Missing($"{name} has no pending task that can start.")
            : new PlanningRequestReadResult(BacklogPlanningRequestRenderer.Render(pending), [.. pending.Tasks.Select(t => t.Id)], null);
    }

    private static PlanningRequestReadResult Missing(string fault) => new("", null, fault);
}
