using System.Text.Json;
using System.Text.Json.Serialization;
using Orchestrator.Activities.Runs;
using Orchestrator.Git;
using Orchestrator.Processes;

namespace Orchestrator.Activities.Tasks;

/// <summary>
/// Guards what all worktrees share while an agent works: recorded before it starts, compared when it has ended. What differs is noted in the start's
/// folder first and then dealt with, so that a crash in between forgets nothing.
/// </summary>
internal sealed class AgentGuard(TaskPlace place, ActivityServices services, int start)
{
    private const string FileName = "foreign.json";
    private readonly string _folder = Path.Combine(CacheFolder.Of(place.Repository, services.Environment), "guard");

    private string RecordFile => Path.Combine(_folder, "records", $"{place.RunId}-{place.TaskId}-{start}.json");

    private RepositoryGuard Guard => new(place.Repository, Path.Combine(_folder, "kept"));

    /// <summary>Before the agent starts; what was recorded before a crash stays.</summary>
    public Task RecordAsync(Worktree worktree) => Guard.RecordAsync(worktree, RecordFile);

    /// <summary>After it has ended.</summary>
    public async Task PutBackAsync(Worktree worktree, int round)
    {
        LeftLocks.Remove(worktree, place.Branch);
        var note = Path.Combine(place.Files.Folder.Start(place.TaskId, start), FileName);
        var guard = Guard;
        await guard.RestoreAsync(worktree, place.Branch, RecordFile, RunRefs.OfRun(place.Files.Policy, place.Files.Folder), $"{place.TaskId} of {place.RunId}", found =>
        {
            var known = Read(note) is { } before ? before.Changes : [];
            DurableFile.Write(note, JsonSerializer.SerializeToUtf8Bytes(new ForeignNote(round, [.. known, .. found.Select(change => Describe(guard, change)).Except(known)]), ForeignNoteJson.Default.ForeignNote));
        });
        File.Delete(RecordFile);
    }

    /// <summary>What the starts of a round left or met in what all tasks and the user share, each a sentence for people. Somebody else may have done it, so nobody is charged.</summary>
    public static IEnumerable<string> Changes(RunFolder folder, string taskId, int lastStart, int round) =>
        from number in Enumerable.Range(1, lastStart)
        let note = Read(Path.Combine(folder.Start(taskId, number), FileName))
        where note is not null && note.Round == round
        from change in note.Changes
        select change;

    private static string Describe(RepositoryGuard guard, ForeignChange change)
    {
        var done = change.Kind switch
        {
            ForeignChangeKind.Program => " while the agent worked and was put aside, since git would run programs by it",
            _ when change.IsLeft => " while the agent worked and was left",
            _ => " while the agent worked and was put back",
        };
        return $"{change}{done}{(guard.KeptAt(change) is { } kept ? $" (kept: {kept})" : "")}";
    }

    private static ForeignNote? Read(string path) => File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), ForeignNoteJson.Default.ForeignNote) : null;
}

/// <summary>What was found after one start.</summary>
internal sealed record ForeignNote(int Round, IReadOnlyList<string> Changes);

[JsonSerializable(typeof(ForeignNote))]
internal sealed partial class ForeignNoteJson : JsonSerializerContext;
