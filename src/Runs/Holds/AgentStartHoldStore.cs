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
    public IReadOnlyList<AgentStartHoldRecord> Read()
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

    /// <summary>Finds the hold that applies to a run. A hold on all runs has precedence. Returns null if no hold applies.</summary>
    /// <param name="run">Id of the run.</param>
    /// <param name="repository">Absolute path of the run's repository.</param>
    public AgentStartHoldRecord? Find(string run, string repository) =>
        Read().Where(hold => hold.AppliesTo(run, repository)).MinBy(hold => !hold.IsOfAll);

    /// <summary>Sets a hold on one run or on all runs. If the hold already exists, its reason is replaced.</summary>
    /// <param name="run">Id of the run, or empty to hold all runs.</param>
    /// <param name="repository">Absolute path of the run's repository, or empty to hold all runs.</param>
    /// <param name="reason">Reason that the user gave.</param>
    /// <returns>The hold that is now in effect.</returns>
    public async Task<AgentStartHoldRecord> HoldAsync(string run, string repository, string reason, CancellationToken stop)
    {
        var hold = new AgentStartHoldRecord
        {
            Run = run,
            Repository = repository,
            Reason = reason,
            By = environment.GetValueOrDefault("USER") is { Length: > 0 } user ? user : Environment.UserName,
            Since = time.GetUtcNow(),
        };
        await ChangeAsync(holds => [.. holds.Where(other => !IsOf(other, run, repository)), hold], stop);
        return hold;
    }

    /// <summary>Releases the hold on one run, or all holds.</summary>
    /// <param name="run">Id of the run, or empty to release all holds, including those on single runs.</param>
    /// <param name="repository">Absolute path of the run's repository, or empty to release all holds.</param>
    /// <returns>The holds that were released.</returns>
    public async Task<IReadOnlyList<AgentStartHoldRecord>> ReleaseAsync(string run, string repository, CancellationToken stop)
    {
        IReadOnlyList<AgentStartHoldRecord> ended = [];
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
        Func<IReadOnlyList<AgentStartHoldRecord>, IReadOnlyList<AgentStartHoldRecord>> change,
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

    private static bool IsOf(AgentStartHoldRecord hold, string run, string repository) =>
        hold.Run == run && (run.Length == 0 || hold.AppliesTo(run, repository));

    private static bool IsWhole(AgentStartHoldRecord hold) =>
        hold is { Run: not null, Repository: not null, Reason: not null, By: not null };

    private AgentStartHoldRecord Unreadable(string why) =>
        new()
        {
            Reason = $"{Path} can't be read, so all agent starts are on hold: {why}",
            By = "orchestrate",
            Since = File.Exists(Path) ? new DateTimeOffset(File.GetLastWriteTimeUtc(Path)) : DateTimeOffset.UnixEpoch,
        };
}

/// <summary>Content of the hold file.</summary>
internal sealed record AgentStartHoldFileContent([property: JsonPropertyName("holds")] IReadOnlyList<AgentStartHoldRecord> Holds)
{
    /// <summary>Version of the file format.</summary>
    [JsonPropertyName("schemaVersion")]
    public int SchemaVersion { get; set; } = 1;
}

[JsonSourceGenerationOptions(WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(AgentStartHoldFileContent))]
internal sealed partial class AgentStartHoldJsonContext : JsonSerializerContext;
