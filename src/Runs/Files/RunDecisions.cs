namespace Orchestrator.Runs;

/// <summary>The files of a run's folder that its steps decide by, each with the hash of its content: the plan, the settings of the start,
/// the texts of roles, what preflight found. The list is itself stored as a file that is named by its hash, and that hash is what the run's
/// history has and every step gets: a step can read no other content. It grows: what adds to it returns the new hash.</summary>
/// <param name="Plan">The plan's file: the first one, or one with tasks that were added since.</param>
/// <param name="Files">Paths relative to the run's folder, and hashes.</param>
public sealed record RunDecisions(string Plan, IReadOnlyDictionary<string, string> Files)
{
    /// <summary>A list without files.</summary>
    public static RunDecisions None { get; } = new("", new Dictionary<string, string>());

    /// <summary>The path of the list that has a hash.</summary>
    public static string PathOf(RunFolder folder, string hash) => Path.Combine(folder.Path, "plan", $"decided-{hash}.json");

    /// <summary>Reads the list.</summary>
    /// <param name="hash">As the run's history has it.</param>
    /// <exception cref="StepException">It is gone or was changed.</exception>
    public static RunDecisions Read(RunFolder folder, string hash) =>
        JsonSerializer.Deserialize(BoundFile.Read(folder, PathOf(folder, hash), hash), RunDecisionsJson.Default.RunDecisions)!;

    /// <summary>The list with one more file, or another content of it, which is written.</summary>
    /// <param name="name">Path relative to the run's folder.</param>
    public RunDecisions With(RunFolder folder, string name, ReadOnlySpan<byte> content) =>
        this with
        {
            Files = new Dictionary<string, string>(Files) { [name] = BoundFile.Write(Path.Combine(folder.Path, name), content) },
        };

    /// <summary>The list without a file.</summary>
    /// <param name="name">Path relative to the run's folder.</param>
    public RunDecisions Without(string name) => this with { Files = Files.Where(file => file.Key != name).ToDictionary() };

    /// <summary>Writes the list.</summary>
    /// <returns>Its hash.</returns>
    public string Store(RunFolder folder)
    {
        var sorted = this with { Files = new SortedDictionary<string, string>(Files.ToDictionary(), StringComparer.Ordinal) };
        var content = JsonSerializer.SerializeToUtf8Bytes(sorted, RunDecisionsJson.Default.RunDecisions);
        var hash = BoundFile.HashOf(content);
        BoundFile.Write(PathOf(folder, hash), content);
        return hash;
    }

    /// <summary>Refuses a file of the list that is not as it was.</summary>
    /// <inheritdoc cref="TryRead"/>
    public void Check(RunFolder folder, string name) => BoundFile.Check(folder, Path.Combine(folder.Path, name), Files[name]);

    /// <summary>The content of a file; null: the run has none of this name.</summary>
    /// <param name="name">Path relative to the run's folder.</param>
    /// <exception cref="StepException">It is gone or was changed.</exception>
    public byte[]? TryRead(RunFolder folder, string name) =>
        Files.TryGetValue(name, out var hash) ? BoundFile.Read(folder, Path.Combine(folder.Path, name), hash) : null;
}

[JsonSerializable(typeof(RunDecisions))]
internal sealed partial class RunDecisionsJson : JsonSerializerContext;
