using Orchestrator.Git.Merging;
using Orchestrator.Runs.Tasks;

namespace Orchestrator.Runs.Merging;

/// <summary>
/// Collects the information that an agent needs to resolve a merge conflict. The report contains the conflicting files with their hunks,
/// the agent's own task, and the tasks on the other side of the merge.
/// </summary>
internal static class ConflictReport
{
    private const int MostFiles = 5;
    private const int MostLines = 60;
    private const int LongestInstructions = 2000;

    public static async Task<IReadOnlyList<string>> WriteAsync(
        TaskBranchAndWorktree workspace,
        PlanTask task,
        MergedTree merge,
        string staging,
        CancellationToken stop
    )
    {
        var sections = new List<string>
        {
            "Other tasks changed the same places. Their work is now in your worktree as a merge that is not finished, with "
                + "conflict markers in the files below "
                + "(diff3: yours, the common base, theirs). Resolve them so that both intentions hold, leave no marker, and do "
                + "not abort the merge. A file without markers (one side removed it, or it is binary) contains one side alone: resolve it "
                + "with 'git add FILE' or 'git rm FILE'.\n",
            ConflictResolutionChecker.DroppedChangeInstruction(task.Id) + "\n",
        };
        sections.AddRange(
            AttemptProblemFileWriter.SelectFirst([
                .. merge
                    .Messages.Where(m => m.Kind.StartsWith("CONFLICT", StringComparison.Ordinal))
                    .Select(m => $"- {FileNameEncoding.Show(m.Text, 600)}"),
            ])
        );
        var others = await FindOtherOwnersAsync(workspace, task, merge, staging, stop);
        new ConflictingTaskStore(workspace.Files.Folder).Add(task.Id, others.Select(other => other.Id));
        sections.Add($"\nYour task: {FirstLine(task.Description)}");
        foreach (var other in others)
        {
            sections.Add($"\n## In conflict with {other.Id}\n\nIts instructions:\n");
            var text = new StringBuilder();
            PromptMarkdownElementWriter.Fenced(
                text,
                other.Text.Length <= LongestInstructions ? other.Text : $"{other.Text[..LongestInstructions]} …",
                ""
            );
            sections.Add(text.ToString());
            sections.AddRange(
                workspace
                    .Files.Gates.OfMerge(workspace.Files.Plan, other)
                    .Select(gate => $"Its gate, which your result must pass: `{gate.Command}`")
            );
        }
        foreach (var file in merge.ConflictedFiles.Take(MostFiles))
        {
            if (
                await new GitCommitReaderAndWriter(workspace.Repository).ReadFileAsync(merge.Tree, file, stop) is { } content
                && Hunks(Encoding.UTF8.GetString(content)) is { Length: > 0 } hunks
            )
            {
                var section = new StringBuilder($"\n## {FileNameEncoding.Show(file)}\n\n");
                PromptMarkdownElementWriter.Fenced(section, hunks, "");
                sections.Add(section.ToString());
            }
        }
        return sections;
    }

    /// <summary>Finds the tasks that own a conflicting file and that were merged after this task had started.</summary>
    private static async Task<IReadOnlyList<PlanTask>> FindOtherOwnersAsync(
        TaskBranchAndWorktree workspace,
        PlanTask task,
        MergedTree merge,
        string staging,
        CancellationToken stop
    )
    {
        var since = TaskWorktreeRecord.Read(workspace.Files.Folder, task.Id).Base;
        var merged = (await new GitCommitReaderAndWriter(workspace.Repository).ListFirstParentsAsync(staging, since, stop))
            .Select(c => c.Trailers?.Task)
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. workspace.Files.Plan.Tasks.Where(other =>
                other.Id != task.Id && merged.Contains(other.Id) && merge.ConflictedFiles.Any(TaskFileOwnership.Of(other).Owns)
            ),
        ];
    }

    /// <summary>Returns the conflicting hunks of a file, including their conflict markers.</summary>
    internal static string Hunks(string content)
    {
        var text = new StringBuilder();
        var inside = false;
        var lines = 0;
        foreach (var line in content.Split('\n'))
        {
            inside |= line.StartsWith("<<<<<<< ", StringComparison.Ordinal);
            if (!inside)
            {
                continue;
            }
            if (++lines > MostLines)
            {
                return text.Append("... (more in the file)\n").ToString();
            }
            text.Append(line.TrimEnd('\r')).Append('\n');
            inside = !line.StartsWith(">>>>>>> ", StringComparison.Ordinal);
        }
        return text.ToString();
    }

    private static string FirstLine(string text) => text.Trim().Split('\n', 2)[0];
}
