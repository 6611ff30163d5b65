namespace Orchestrator.Plans;

/// <summary>A command whose exit code says whether work is good.</summary>
/// <param name="Command">Run as <c>/bin/sh -c TEXT</c>. <c>{modified_files}</c> and <c>{modified_tests}</c> become the quoted names of the
/// files, or tests, that were changed and still exist; where there are none the gate is skipped.</param>
/// <param name="Type">What kind of check it is.</param>
/// <param name="Required">Its failure fails the task; otherwise it is only reported.</param>
/// <param name="Timeout">How long it may take, in awake time; then it and all it started are killed. Null: <see cref="DefaultTimeout"/>. In
/// JSON a number of seconds.</param>
/// <param name="Description">What it shows, for people.</param>
/// <param name="Negate">It passes when the command fails. A command that could not run or took too long never passes.</param>
/// <param name="Exclusive">Gates of one such name run one at a time on a machine; see <see cref="ExclusiveName"/>. Null: beside any
/// other.</param>
/// <param name="Cache">False: it is run each time, since what it says hangs on more than its tree and its surroundings (a service, the
/// day). Null or true: what has passed is not run again; see <c>gates.cache</c>.</param>
public sealed record Gate(
    [property: JsonPropertyName("command")] string Command,
    [property: JsonPropertyName("type")] GateType Type = GateType.Custom,
    [property: JsonPropertyName("required")] bool Required = true,
    [property: JsonPropertyName("timeout"), JsonConverter(typeof(SecondsConverter))] TimeSpan? Timeout = null,
    [property: JsonPropertyName("description")] string? Description = null,
    [property: JsonPropertyName("negate")] bool Negate = false,
    [property: JsonPropertyName("exclusive")] string? Exclusive = null,
    [property: JsonPropertyName("cache"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Cache = null
)
{
    /// <summary>What the number has to be that the command prints, such as <c>&gt;= 1.5</c>: then it is a measurement, which has to succeed
    /// and to print one. Null: its exit code says all.</summary>
    [JsonPropertyName("expect"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Expect { get; init; }

    /// <summary>By which part of the expected number the measured one may be off; null: by nothing.</summary>
    [JsonPropertyName("tolerance"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Tolerance { get; init; }

    /// <summary>Whether it measures.</summary>
    [JsonIgnore]
    public bool IsMeasurement => Expect is not null;

    /// <summary><see cref="Expect"/> as it is compared; null for a gate that does not measure.</summary>
    /// <exception cref="InvalidOperationException">The plan was not written by a reader.</exception>
    [JsonIgnore]
    public Expectation? Expectation =>
        Expect is null ? null
        : Expectation.TryParse(Expect, Tolerance ?? 0) is { } read ? read
        : throw new InvalidOperationException($"'{Expect}' is no expectation of the measurement '{Name}'. {Expectation.Rule}");

    /// <summary>How long a gate may take that names no limit of its own, wherever it comes from.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);

    /// <summary>How long it may take.</summary>
    [JsonIgnore]
    public TimeSpan Limit => Timeout ?? DefaultTimeout;

    /// <summary>Whether it notices a wrong type: type checkers, and builds, since compilers check types.</summary>
    [JsonIgnore]
    public bool ChecksTypes => Type is GateType.TypeCheck or GateType.Build;

    /// <summary>The gate as far as it decides about work: whether it runs beside others, or again, does not.</summary>
    public Gate WithoutTurns() => this with { Exclusive = null, Cache = null };

    /// <summary>What people see: the description, else the command.</summary>
    [JsonIgnore]
    public string Name => string.IsNullOrWhiteSpace(Description) ? Command : Description;

    /// <summary>The gates of one task, each with a name of its own: where several share a description, such as "must pass" in all lines of
    /// a phase, it says nothing about which of them failed, and each is named by its command too.</summary>
    public static IReadOnlyList<Gate> WithOwnNames(IReadOnlyList<Gate> gates)
    {
        var shared = gates
            .GroupBy(gate => gate.Name)
            .Where(group => group.Skip(1).Any())
            .Select(group => group.Key)
            .ToHashSet(StringComparer.Ordinal);
        return shared.Count == 0
            ? gates
            :
            [
                .. gates.Select(gate =>
                    shared.Contains(gate.Name) && gate.Name != gate.Command
                        ? gate with
                        {
                            Description = $"{gate.Command}: {gate.Name}",
                        }
                        : gate
                ),
            ];
    }
}
