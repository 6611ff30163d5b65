using System.Security.Cryptography;

namespace Orchestrator.Runs;

/// <summary>
/// Stores the states of a run's tasks in the run's folder, so that they survive the workflow's continue-as-new. Each file is named after
/// the hash of its content.
/// </summary>
public static class TaskCheckpointStore
{
    /// <summary>
    /// Stores the states of tasks in a new file, together with those of other tasks from an earlier file. Equal states result in the same
    /// file.
    /// </summary>
    /// <param name="before">The earlier file, or null if there is none.</param>
    /// <param name="tasks">Tasks to add or replace.</param>
    /// <exception cref="RunStepFailedException">The earlier file is missing or was changed.</exception>
    public static CheckpointFile Store(RunFolder folder, CheckpointFile? before, IReadOnlyList<TaskCheckpoint> tasks)
    {
        var all = new SortedDictionary<string, TaskCheckpoint>(StringComparer.Ordinal);
        foreach (var task in (before is null ? [] : ReadAll(folder, before)).Concat(tasks))
        {
            all[task.Progress.Id] = task;
        }
        var bytes = JsonSerializer.SerializeToUtf8Bytes(all.Values);
        var file = new CheckpointFile(Convert.ToHexStringLower(SHA256.HashData(bytes)), all.Count);
        DurableFile.Write(PathOf(folder, file), bytes);
        return file;
    }

    /// <summary>Reads one page of the stored task states.</summary>
    /// <param name="file">The file, as returned by <see cref="Store"/>.</param>
    /// <param name="offset">Number of tasks on the pages before this one.</param>
    /// <exception cref="RunStepFailedException">The file is missing or was changed.</exception>
    public static IReadOnlyList<TaskCheckpoint> Read(RunFolder folder, CheckpointFile file, int offset) =>
        PayloadSizeLimiter.First(ReadAll(folder, file).Skip(offset));

    private static List<TaskCheckpoint> ReadAll(RunFolder folder, CheckpointFile file)
    {
        var path = PathOf(folder, file);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RunStepFailedException(
                $"{folder.Relative(path)} is missing. {SuggestFix(folder, "the folder")}",
                missing,
                "CheckpointGone"
            );
        }
        if (Convert.ToHexStringLower(SHA256.HashData(bytes)) != file.Hash)
        {
            throw new RunStepFailedException($"{folder.Relative(path)} was changed. {SuggestFix(folder, "the file")}", "CheckpointChanged");
        }
        return JsonSerializer.Deserialize<List<TaskCheckpoint>>(bytes)!;
    }

    private static string SuggestFix(RunFolder folder, string what) =>
        $"The file records the progress of {folder.Name}. Restore {what}, or cancel the run and start it again; finished tasks are reused.";

    private static string PathOf(RunFolder folder, CheckpointFile file) => Path.Combine(folder.Checkpoints, file.Hash + ".json");
}
