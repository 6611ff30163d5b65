namespace Orchestrator.Plans;

/// <summary>A command whose exit code says whether the work is good.</summary>
/// <param name="Command">Run as <c>/bin/sh -c TEXT</c>. <c>{modified_files}</c> and <c>{modified_tests}</c> become the quoted names of the
/// files, or tests, that were changed and still exist; where there are none the gate is skipped.</param>
/// <param name="Type">What kind of check it is.</param>
/// <param name="Required">Its failure fails the task; otherwise it is only reported.</param>
/// <param name="Timeout">Time limit, in awake time; then it and its processes are killed. Null: <see cref="DefaultTimeout"/>. In JSON a
/// number of seconds.</param>
/// <param name="Description">What it shows, for people.</param>
/// <param name="Negate">It passes when the command fails. A command that could not run or took too long never passes.</param>
/// <param name="Exclusive">Gates with the same name run one at a time on a machine; see <see cref="ExclusiveName"/>. Null: concurrent with
/// any other.</param>
/// <param name="Cache">False: it runs each time, because its result depends on more than its tree and environment (a service, the day).
/// Null or true: passing results are cached; see <c>gates.cache</c>.</param>
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
    /// <summary>The expected value of the number that the command prints, such as <c>&gt;= 1.5</c>: then it is a measurement, which has to
    /// succeed and to print one. Null: the exit code decides.</summary>
    [JsonPropertyName("expect"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Expect { get; init; }

    /// <summary>Tolerated deviation as a fraction of the expected number; null: none.</summary>
    [JsonPropertyName("tolerance"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Tolerance { get; init; }

    /// <summary>True if it starts from its tree, the set-up and the outputs of <see cref="Needs"/> alone, as a test does whose result is
    /// cached.</summary>
    [JsonPropertyName("clean"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Clean { get; init; }

    /// <summary>The gates that run before it and whose outputs it starts with; null: none.</summary>
    [JsonPropertyName("needs"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GateNeeds? Needs { get; init; }

    /// <summary>True if it is a measurement.</summary>
    [JsonIgnore]
    public bool IsMeasurement => Expect is not null;

    /// <summary><see cref="Expect"/> parsed; null for a gate that is no measurement.</summary>
    /// <exception cref="InvalidOperationException">The plan was not written by a reader, and the text is invalid.</exception>
    [JsonIgnore]
    public Expectation? Expectation =>
        Expect is null ? null
        : Expectation.TryParse(Expect, Tolerance ?? 0) is { } read ? read
        : throw new InvalidOperationException($"'{Expect}' is no expectation of the measurement '{Name}'. {Expectation.Rule}");

    /// <summary>Time limit of a gate without one of its own, wherever it comes from.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);

    /// <summary>The gate's time limit.</summary>
    [JsonIgnore]
    public TimeSpan Limit => Timeout ?? DefaultTimeout;

    /// <summary>True if it checks types: type checkers, and builds, because compilers check types.</summary>
    [JsonIgnore]
    public bool ChecksTypes => Type is GateType.TypeCheck or GateType.Build;

    /// <summary>True if another gate checks the same: its command does the same, as far as known, and has to end the same way.</summary>
    public bool IsSameAs(Gate other) => Identity == other.Identity;

    /// <summary>Equal for gates that check the same, however their commands are spelled (<c>npm test</c>, <c>npm run test</c>).</summary>
    [JsonIgnore]
    public (string Command, bool Negate) Identity => (GateIdentity.Of(Command), Negate);

    /// <summary>The gate without members that do not change its result: exclusive name and caching.</summary>
    public Gate WithoutTurns() => this with { Exclusive = null, Cache = null };

    /// <summary>Name for people: the description, else the command.</summary>
    [JsonIgnore]
    public string Name => string.IsNullOrWhiteSpace(Description) ? Command : Description;

    /// <summary>The gates of one task with unique names: gates that share a description, such as "must pass" in all lines of a phase, are
    /// named by their command, too.</summary>
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
