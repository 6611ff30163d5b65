namespace Orchestrator.Runs;

/// <summary>
/// Lists the files that affect a run's decisions, such as the plan, start settings, role texts and preflight results, with the hash of
/// each. The list is stored in a file that is named after its own hash. The workflow passes that hash to every step, so that no step can
/// read a changed file. Adding a file creates a list with a new hash.
/// </summary>
/// <param name="Plan">Path of the plan file, relative to the run's folder. It is the initial plan, or a later one with added tasks.</param>
/// <param name="Files">Hashes of the files by their path, relative to the run's folder.</param>
public sealed record RunDecisionInputFileHashList(string Plan, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>A list that contains no files.</summary>
    public static RunDecisionInputFileHashList None { get; } = new("", new Dictionary<string, string>());

    /// <summary>Returns the absolute path of the list that has the given hash.</summary>
    public static string PathOf(RunFolder folder, string hash) => Path.Combine(folder.Path, "plan", $"decided-{hash}.json");

    /// <summary>Reads the list of files and their hashes from the run's folder.</summary>
    /// <param name="hash">Hash of the list in the run's history.</param>
    /// <exception cref="RunStepFailedException">The list is missing or was changed.</exception>
    public static RunDecisionInputFileHashList Read(RunFolder folder, string hash) =>
        JsonSerializer.Deserialize(
            HashVerifiedFile.Read(folder, PathOf(folder, hash), hash),
            RunDecisionInputFileJsonContext.Default.RunDecisionInputFileHashList
        )!;

    /// <summary>Writes a file, and returns a copy of the list that also contains this file.</summary>
    /// <param name="name">Path of the file, relative to the run's folder.</param>
    public RunDecisionInputFileHashList With(RunFolder folder, string name, ReadOnlySpan<byte> content) =>
        this with
        {
            Files = new Dictionary<string, string>(Files) { [name] = HashVerifiedFile.Write(Path.Combine(folder.Path, name), content) },
        };

    /// <summary>Returns a copy of the list that does not contain the given file.</summary>
    /// <param name="name">Path of the file, relative to the run's folder.</param>
    public RunDecisionInputFileHashList Without(string name) => this with { Files = Files.Where(file => file.Key != name).ToDictionary() };

    /// <summary>Writes the list of files and their hashes to the run's folder.</summary>
    /// <returns>The hash of the list.</returns>
    public string Store(RunFolder folder)
    {
        var sorted = this with { Files = new SortedDictionary<string, string>(Files.ToDictionary(), StringComparer.Ordinal) };
        var content = JsonSerializer.SerializeToUtf8Bytes(sorted, RunDecisionInputFileJsonContext.Default.RunDecisionInputFileHashList);
        var hash = HashVerifiedFile.HashOf(content);
        HashVerifiedFile.Write(PathOf(folder, hash), content);
        return hash;
    }

    /// <summary>Verifies a file of the list. Throws if the file is missing or was changed.</summary>
    /// <inheritdoc cref="TryRead"/>
    public void Check(RunFolder folder, string name) => HashVerifiedFile.Check(folder, Path.Combine(folder.Path, name), Files[name]);

    /// <summary>Reads a file and verifies its hash. Returns null if the list does not contain the file.</summary>
    /// <param name="name">Path of the file, relative to the run's folder.</param>
    /// <exception cref="RunStepFailedException">The file is missing or was changed.</exception>
    public byte[]? TryRead(RunFolder folder, string name) =>
        Files.TryGetValue(name, out var hash) ? HashVerifiedFile.Read(folder, Path.Combine(folder.Path, name), hash) : null;
}

[JsonSerializable(typeof(RunDecisionInputFileHashList))]
internal sealed partial class RunDecisionInputFileJsonContext : JsonSerializerContext;
