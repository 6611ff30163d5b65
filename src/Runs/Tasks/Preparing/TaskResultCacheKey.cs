using System.Security.Cryptography;

namespace Orchestrator.Runs.Tasks;

/// <summary>
/// Computes the cache key of a task's result. The key is a hash of the prompt, agent, model, gates, and the base commit's versions of the
/// files that the task may access. Agent messages are not part of the key. A result with the same key is reused, so that no agent is paid
/// for it again.
/// </summary>
internal static class TaskResultCacheKey
{
    /// <summary>Returns the cache key of a task at a base commit.</summary>
    public static async Task<string> OfAsync(
        GitRepository repository,
        RunPlanAndSettings files,
        PlanTask task,
        string baseCommit,
        CancellationToken stop
    )
    {
        var content =
            task.FilesRead is null || task.FilesWrite is null
                ? [(await new GitCommitReaderAndWriter(repository).ReadAsync(baseCommit, stop))!.Tree]
                : await OwnedAndReadAsync(repository, task, baseCommit, stop);
        var parts = new
        {
            version = 3,
            prompt = AgentPrompt.ForKey(files, task),
            instructions = (await AgentPrompt.InstructionsAsync(repository, files, task, baseCommit, stop)).All,
            agent = files.Settings.AgentOf(task),
            command = CommandOf(files.Settings, files.Settings.AgentOf(task)),
            model = files.Settings.ModelOf(task),
            options = new
            {
                files.Settings.Permissions.Mode,
                files.Settings.Permissions.Allow,
                files.Settings.Claude.McpServers,
                files.Settings.Limits.Turns,
            },
            write = task.FilesWrite,
            append = task.FilesAppend,
            gates = files.Gates.Of(files.Plan, task).Concat(files.Gates.OfStaging(files.Plan)).Select(g => g.WithoutTurns()),
            content,
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(parts)));
    }

    private static IReadOnlyList<string>? CommandOf(OrchestratorSettings settings, string agent) =>
        (settings.Agents.GetValueOrDefault(agent)?.Command, settings.DescriptionOf(agent)) switch
        {
            (var command, null) => command,
            (var command, { } description) => [.. command ?? [], description],
        };

    private static async Task<string[]> OwnedAndReadAsync(
        GitRepository repository,
        PlanTask task,
        string baseCommit,
        CancellationToken stop
    )
    {
        var owned = TaskFileOwnership.Of(task);
        var read = TaskFileOwnership.Of(task.FilesRead);
        var tree = await new GitCommitReaderAndWriter(repository).ListFilesAsync(baseCommit, stop);
        return
        [
            .. tree.Where(f => owned.Owns(f.Path) || read.Owns(f.Path) || AgentPrompt.IsSubAgent(f.Path))
                .Select(f => $"{f.Mode} {f.Id} {f.Path}"),
        ];
    }
}
