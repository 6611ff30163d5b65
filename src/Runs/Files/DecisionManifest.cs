namespace Orchestrator.Runs;

/// <summary>Files in a run's folder that affect its decisions, each with the hash of its content. They are the plan, the start settings,
/// role texts and preflight results. The list is a file named by its own hash. The run's history has that hash and passes it to every
/// step, so that no step can read other content. Adding a file returns a list with a new hash.</summary>
/// <param name="Plan">Path of the plan file, either the initial plan or one with tasks added since.</param>
/// <param name="Files">Hashes by path relative to the run's folder.</param>
public sealed record DecisionManifest(string Plan, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>A list without files.</summary>
    public static DecisionManifest None { get; } = new("", new Dictionary<string, string>());

    /// <summary>Returns the path of the list with a hash.</summary>
    public static string PathOf(RunFolder folder, string hash) => Path.Combine(folder.Path, "plan", $"decided-{hash}.json");

    /// <summary>Reads the list from the run's folder.</summary>
    /// <param name="hash">Hash of the list in the run's history.</param>
    /// <exception cref="StepException">The list is missing or was changed.</exception>
    public static DecisionManifest Read(RunFolder folder, string hash) =>
        JsonSerializer.Deserialize(VerifiedFile.Read(folder, PathOf(folder, hash), hash), RunDecisionsJson.Default.DecisionManifest)!;

    /// <summary>Writes a file and returns the list with it added or replaced.</summary>
    /// <param name="name">Path relative to the run's folder.</param>
    public DecisionManifest With(RunFolder folder, string name, ReadOnlySpan<byte> content) =>
        this with
        {
            Files = new Dictionary<string, string>(Files) { [name] = VerifiedFile.Write(Path.Combine(folder.Path, name), content) },
        };

    /// <summary>Returns the list without a file.</summary>
    /// <param name="name">Path relative to the run's folder.</param>
    public DecisionManifest Without(string name) => this with { Files = Files.Where(file => file.Key != name).ToDictionary() };

    /// <summary>Writes the list to the run's folder.</summary>
    /// <returns>The hash of the list.</returns>
    public string Store(RunFolder folder)
    {
        var sorted = this with { Files = new SortedDictionary<string, string>(Files.ToDictionary(), StringComparer.Ordinal) };
        var content = JsonSerializer.SerializeToUtf8Bytes(sorted, RunDecisionsJson.Default.DecisionManifest);
        var hash = VerifiedFile.HashOf(content);
        VerifiedFile.Write(PathOf(folder, hash), content);
        return hash;
    }

    /// <summary>Throws if a file of the list is missing or was changed.</summary>
    /// <inheritdoc cref="TryRead"/>
    public void Check(RunFolder folder, string name) => VerifiedFile.Check(folder, Path.Combine(folder.Path, name), Files[name]);

    /// <summary>Reads a file and verifies its hash; null if the list does not contain it.</summary>
    /// <param name="name">Path relative to the run's folder.</param>
    /// <exception cref="StepException">The file is missing or was changed.</exception>
    public byte[]? TryRead(RunFolder folder, string name) =>
        Files.TryGetValue(name, out var hash) ? VerifiedFile.Read(folder, Path.Combine(folder.Path, name), hash) : null;
}

[JsonSerializable(typeof(DecisionManifest))]
internal sealed partial class RunDecisionsJson : JsonSerializerContext;
