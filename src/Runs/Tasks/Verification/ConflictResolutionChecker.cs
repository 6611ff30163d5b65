using Orchestrator.Git.Losses;
using Orchestrator.Runs.AgentCalls;

namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Checks that a resolved conflict contains the changes of both sides, except those that the agent named as dropped. Gates alone do not
/// detect a dropped change that no test covers.
/// </summary>
internal sealed class ConflictResolutionChecker(TaskBranchAndWorktree workspace, PlanTask task)
{
    private const int MostNoted = 5;
    private readonly RunPlanAndSettings _files = workspace.Files;

    /// <summary>
    /// Lists the changes that the tree lacks and that the agent did not name as dropped, each as a sentence for the agent. Changes that the
    /// agent named are recorded for later attempts.
    /// </summary>
    /// <param name="input">The task, the attempt and the agent's claim.</param>
    /// <param name="tree">Tree to commit.</param>
    /// <param name="said">Receives a note on the dropped changes.</param>
    public async Task<IReadOnlyList<string>> ProblemsAsync(VerifyTaskInput input, string tree, List<string> said, CancellationToken stop)
    {
        var notes = TaskWorktreeRecord.Read(_files.Folder, task.Id);
        if (
            notes.ResolvesFrom.Length == 0
            || !await workspace.Repository.HasCommitAsync(notes.ResolvesFrom, stop)
            || !await workspace.Repository.HasCommitAsync(notes.MergedStaging, stop)
        )
        {
            return [];
        }
        var changes = await new ConflictResolutionLossFinder(workspace.Repository, _files.AppendedFiles, Ecosystems.IsLockFile).FindAsync(
            notes.ResolvesFrom,
            notes.MergedStaging,
            tree,
            notes.Conflicted,
            stop
        );
        var claimed = input.ByUser ? null : AgentOutcomeClaim.Read(_files.Folder, task.Id, input.Start, input.SaidHash);
        IReadOnlyList<string> named = [.. notes.Dropped.Union(claimed?.Dropped ?? [], StringComparer.Ordinal)];
        List<string> unnamed = input.ByUser ? [] : [.. changes.SelectMany(change => Unnamed(change, named))];
        if (unnamed.Count > 0)
        {
            return [Request(), .. unnamed];
        }
        if (changes.Count > 0)
        {
            var by = input.ByUser ? "as the user decided" : "which its agent named";
            said.Add(
                $"the resolved conflict drops {Plural.Of(changes.Count, "change")}, {by}: "
                    + string.Join("; ", changes.Take(MostNoted).Select(Place))
                    + (changes.Count > MostNoted ? $"; and {changes.Count - MostNoted} more" : "")
            );
        }
        if (named.Count > notes.Dropped.Count)
        {
            (notes with { Dropped = named }).Write(_files.Folder, task.Id);
        }
        return [];
    }

    /// <summary>Returns an instruction that explains to an agent how to name dropped changes.</summary>
    public static string DroppedChangeInstruction(string task) =>
        "Keep every change of both sides. If a line has to go, or becomes part of another line, name it when you report, once for each "
        + $"line: `orchestrate done --task {task} --status completed --dropped 'FILE: LINE'` (with the tool `done`: `dropped`). Name a "
        + "file that is dropped as a whole by `FILE` alone.";

    private string Request()
    {
        var partners = new ConflictingTaskStore(_files.Folder).Of(task.Id);
        return $"The resolved conflict{(partners.Count > 0 ? $" with {string.Join(", ", partners)}" : "")} lacks changes from both sides, "
            + $"which are listed below. {DroppedChangeInstruction(task.Id)}";
    }

    private static IEnumerable<string> Unnamed(ConflictResolutionLoss change, IReadOnlyList<string> named)
    {
        var side = change.IsOwn ? "of your task" : "of other tasks";
        var path = FileNameEncoding.Show(change.Path);
        var texts = named.Where(name => name.StartsWith(change.Path + ":", StringComparison.Ordinal)).ToList();
        if (change.Lines.Count == 0)
        {
            if (texts.Count == 0 && !named.Contains(change.Path))
            {
                yield return $"{path} (the change {side} to the whole file is missing)";
            }
            yield break;
        }
        var lines = texts
            .SelectMany(name => name[(change.Path.Length + 1)..].Split('\n'))
            .Select(ConflictResolutionLossFinder.Show)
            .ToHashSet();
        foreach (var line in change.Lines.Select(ConflictResolutionLossFinder.Show).Where(line => !lines.Contains(line)))
        {
            yield return change.IsRemoval
                ? $"{path}: {line} (this line, removed by the work {side} at line {change.Line}, is back)"
                : $"{path}: {line} (line {change.Line} {side} is missing)";
        }
    }

    private static string Place(ConflictResolutionLoss change) =>
        change.Lines.Count == 0
            ? FileNameEncoding.Show(change.Path)
            : $"{FileNameEncoding.Show(change.Path)}:{change.Line} ('{ConflictResolutionLossFinder.Show(change.Lines[0])}')";
}
