using System.Text.Json;

namespace Orchestrator.App.Repositories;

/// <summary>
/// Records which pull request comments were imported as tasks of a repository. Each comment becomes a task only once, even if that task was
/// removed later.
/// </summary>
public sealed class ImportedCommentStore(LocalRepositoryPaths repository)
{
    private string File => Path.Combine(repository.OrchestratorFolder, "pull-requests.json");

    /// <summary>Returns the keys of the comments that were already imported.</summary>
    /// <exception cref="UserRequestRefusedException">The file can't be read. The caller must not import comments then, because they could
    /// be imported twice.</exception>
    public IReadOnlySet<string> Read()
    {
        if (DurableFile.TryRead(File) is not { } text)
        {
            return new HashSet<string>();
        }
        try
        {
            return (JsonSerializer.Deserialize<string[]>(text) ?? []).ToHashSet(StringComparer.Ordinal);
        }
        catch (JsonException broken)
        {
            throw new UserRequestRefusedException(
                $"{File} can't be read: {broken.Message}",
                "It lists the imported comments. Correct it, or remove it to import all comments again."
            );
        }
    }

    /// <summary>Records the keys of imported comments.</summary>
    public void Add(IEnumerable<string> keys) =>
        DurableFile.Write(File, JsonSerializer.SerializeToUtf8Bytes(Read().Union(keys).Order(StringComparer.Ordinal).ToArray()));
}
