namespace Orchestrator.Runs.Holds;

/// <summary>
/// Stores a user's holds on this host in one file. Every worker reads the file before each agent start, so holds work even without a
/// connection to the Temporal server.
/// </summary>
/// <param name="environment">Environment of the process, which determines the user's state folder.</param>
/// <param name="time">The clock.</param>
public sealed class AgentStartHoldStore(IReadOnlyDictionary<string, string> environment, TimeProvider time)
{
    /// <summary>Absolute path of the file that stores the holds.</summary>
    public string Path { get; } = System.IO.Path.Combine(UserStateFolder.FolderOf(environment), "holds.json");

    /// <summary>
    /// Reads the current holds. If the file is unreadable, a hold on all runs is returned, so that a damaged file never releases a hold.
    /// </summary>
    public IReadOnlyList<AgentStartHoldStatus> Read()
    {
        try
        {
            return DurableFile.TryRead(Path) is not { } text ? []
                : JsonSerializer.Deserialize(text, AgentStartHoldJsonContext.Default.AgentStartHoldFileContent) is { } list
                && list.Holds.All(IsWhole)
                    ? list.Holds
                : [Unreadable("it is not a list of holds")];
        }
        catch (Exception damaged) when (damaged is JsonException or IOException or UnauthorizedAccessException)
        {
            return [Unreadable(damaged.Message)];
        }
    }

    /// <summary>Returns the holds that apply to a run. A hold on all runs comes first.</summary>
    /// <param name="run">Id of the run.</param>
    /// <param name="repository">Absolute path of the run's repository.</param>
    public IReadOnlyList<AgentStartHoldStatus> Of(string run, string repository) =>
        [.. Read().Where(hold => hold.IsOfAll() || IsOf(hold, run, repository)).OrderBy(hold => !hold.IsOfAll())];

    /// <summary>Finds the hold that applies to a run. A hold on all runs has precedence. Returns null if no hold applies.</summary>
    /// <param name="run">Id of the run.</param>
    /// <param name="repository">Absolute path of the run's repository.</param>
    public AgentStartHoldStatus? Find(string run, string repository) => Of(run, repository) is [var first, ..] ? first : null;

    /// <summary>Sets a hold on one run or on all runs. If the hold already exists, its reason is replaced.</summary>
    /// <param name="run">Id of the run, or empty to hold all runs.</param>
    /// <param name="repository">Absolute path of the run's repository, or empty to hold all runs.</param>
    /// <param name="reason">Reason that the user gave.</param>
    /// <returns>The hold that is now in effect.</returns>
    public async Task<AgentStartHoldStatus> HoldAsync(string run, string repository, string reason, CancellationToken stop)
    {
        var by = environment.GetValueOrDefault("USER") is { Length: > 0 } user ? user : Environment.UserName;
        var hold = new AgentStartHoldStatus(run, repository, reason, by, time.GetUtcNow());
        await ChangeAsync(holds => [.. holds.Where(other => !IsOf(other, run, repository)), hold], stop);
        return hold;
    }

    /// <summary>Releases the hold on one run, or all holds.</summary>
    /// <param name="run">Id of the run, or empty to release all holds, including those on single runs.</param>
    /// <param name="repository">Absolute path of the run's repository, or empty to release all holds.</param>
    /// <returns>The holds that were released.</returns>
    public async Task<IReadOnlyList<AgentStartHoldStatus>> ReleaseAsync(string run, string repository, CancellationToken stop)
    {
        IReadOnlyList<AgentStartHoldStatus> ended = [];
        await ChangeAsync(
            holds =>
            {
                ended = run.Length == 0 ? holds : [.. holds.Where(hold => IsOf(hold, run, repository))];
                return [.. holds.Except(ended)];
            },
            stop
        );
        return ended;
    }

    private async Task ChangeAsync(
        Func<IReadOnlyList<AgentStartHoldStatus>, IReadOnlyList<AgentStartHoldStatus>> change,
        CancellationToken stop
    )
    {
        UserStateFolder.MakeFolder(environment);
        using var alone = await InterProcessFileLock.AcquireAsync(Path + ".lock", stop);
        var before = Read();
        var after = change(before);
        if (!after.SequenceEqual(before))
        {
            DurableFile.Write(
                Path,
                JsonSerializer.Serialize(new AgentStartHoldFileContent(after), AgentStartHoldJsonContext.Default.AgentStartHoldFileContent)
                    + "\n"
            );
        }
    }

    private static bool IsOf(AgentStartHoldStatus hold, string run, string repository) =>
        hold.Run == run
        && (
            run.Length == 0
            || hold.Repository == repository
            || GitRepository.RealPath(hold.Repository) == GitRepository.RealPath(repository)
        );

    private static bool IsWhole(AgentStartHoldStatus hold) =>
        hold is { Run: not null, Repository: not null, Reason: not null, By: not null } && hold.Since != default;

    private AgentStartHoldStatus Unreadable(string why) =>
        new(
            Run: "",
            Repository: "",
            $"{Path} can't be read, so all agent starts are on hold: {why}",
            By: "orchestrate",
            File.Exists(Path) ? new DateTimeOffset(File.GetLastWriteTimeUtc(Path)) : DateTimeOffset.UnixEpoch
        );
}

/// <summary>Content of the hold file.</summary>
internal sealed record AgentStartHoldFileContent([property: JsonPropertyName("holds")] IReadOnlyList<AgentStartHoldStatus> Holds)
{
    /// <summary>Version of the file format.</summary>
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; set; } = 1;
}

[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(AgentStartHoldFileContent))]
internal sealed partial class AgentStartHoldJsonContext : JsonSerializerContext;
