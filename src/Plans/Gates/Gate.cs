namespace Orchestrator.Plans;

/// <summary>A shell command that decides, by its exit code or a printed number, whether a task's work is accepted.</summary>
/// <param name="Command">Shell command, which is run as <c>/bin/sh -c TEXT</c>. <c>{modified_files}</c> and <c>{modified_tests}</c> are
/// replaced by the quoted names of changed files, or changed tests, that still exist. If there are none, the gate is skipped.</param>
/// <param name="Type">Kind of check.</param>
/// <param name="Required">True if a failure fails the task. If false, the failure is only reported.</param>
/// <param name="Timeout">Time limit, not counting time during which the host sleeps, after which the gate's processes are killed. Null for
/// <see cref="DefaultTimeout"/>. A number of seconds in JSON.</param>
/// <param name="Description">Human-readable description of the check.</param>
/// <param name="Negate">True if the gate passes when the command fails. A command that could not run or timed out never passes.</param>
/// <param name="Exclusive">Name shared by gates that must run one at a time on a host (<see cref="ExclusiveGateNameValidator"/>), or null
/// if the gate may run together with any other.</param>
/// <param name="Cache">False to run the gate each time, because its result depends on more than the tree and the environment, such as a
/// service or the date. True or null to cache passing results according to <c>gates.cache</c>.</param>
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
    /// <summary>
    /// Expected value of the number that the command prints, such as <c>&gt;= 1.5</c>, or null if the exit code decides. A gate with an
    /// expectation is a measurement, whose command must succeed and print a number.
    /// </summary>
    [JsonPropertyName("expect"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Expect { get; init; }

    /// <summary>Allowed deviation as a fraction of the expected number, or null if none is allowed.</summary>
    [JsonPropertyName("tolerance"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? Tolerance { get; init; }

    /// <summary>
    /// True if the gate starts with only the files of its commit, the files from set-up and the outputs of the gates in
    /// <see cref="Needs"/>. No other file can then affect its result.
    /// </summary>
    [JsonPropertyName("clean"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Clean { get; init; }

    /// <summary>Commands of the gates that must run first and whose outputs this gate uses, or null if there are none.</summary>
    [JsonPropertyName("needs"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DistinctTextList? Needs { get; init; }

    /// <summary>
    /// Additional hosts that this gate may reach in a sandbox, in the syntax of <see cref="HostEntryValidator"/>, or null if there are
    /// none. Results of such a gate are not cached, because they depend on more than the tree and the environment.
    /// </summary>
    [JsonPropertyName("network"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DistinctTextList? Network { get; init; }

    /// <summary>True if the gate's result may be cached; false if the gate must run each time.</summary>
    [JsonIgnore]
    public bool MayBeCached => Cache ?? Network is null;

    /// <summary>
    /// Glob patterns of the files that can change the gate's result, or null for all files. The gate is skipped for work that changes none
    /// of them, but always runs before a landing.
    /// </summary>
    [JsonPropertyName("covers"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DistinctTextList? Covers { get; init; }

    /// <summary>True if the gate is a measurement.</summary>
    [JsonIgnore]
    public bool IsMeasurement => Expect is not null;

    /// <summary>Parsed form of <see cref="Expect"/>, or null if the gate is not a measurement.</summary>
    /// <exception cref="InvalidOperationException">The text is invalid, which means that the plan did not come from a reader.</exception>
    [JsonIgnore]
    public MeasurementExpectation? Expectation =>
        Expect is null ? null
        : MeasurementExpectation.TryParse(Expect, Tolerance ?? 0) is { } read ? read
        : throw new InvalidOperationException(
            $"'{Expect}' is not a valid expectation for the measurement '{Name}'. {MeasurementExpectation.Rule}"
        );

    /// <summary>Time limit of a gate that sets none: 30 minutes.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);

    /// <summary>Time limit that applies to this gate.</summary>
    [JsonIgnore]
    public TimeSpan Limit => Timeout ?? DefaultTimeout;

    /// <summary>True if the gate checks types, either as a type checker or as a build, because compilers check types.</summary>
    [JsonIgnore]
    public bool ChecksTypes => Type is GateType.TypeCheck or GateType.Build;

    /// <summary>
    /// True if this gate and the other one are equivalent: their commands are known to do the same, and both gates expect the same outcome.
    /// </summary>
    public bool IsSameAs(Gate other) => Identity == other.Identity;

    /// <summary>True if this gate needs the other gate, and is therefore executed after it.</summary>
    public bool IsAfter(Gate other) => Needs?.Any(command => GateCommandNormalizer.Of(command) == other.Identity.Command) == true;

    /// <summary>True if a change to any of the given files can change the gate's result.</summary>
    /// <param name="changed">Changed files, relative to the repository.</param>
    public bool IsAffectedBy(IReadOnlyList<string> changed) => Covers is null || changed.Any(TaskFileOwnership.Of(Covers).Owns);

    /// <summary>Key that is equal for equivalent gates, even if their commands are spelled differently (<c>npm test</c>, <c>npm run
    /// test</c>).</summary>
    [JsonIgnore]
    public (string Command, bool Negate) Identity => (GateCommandNormalizer.Of(Command), Negate);

    /// <summary>
    /// Returns a copy without the members that do not affect the gate's result, namely the name in <c>exclusive</c> and the caching
    /// setting.
    /// </summary>
    public Gate WithoutTurns() => this with { Exclusive = null, Cache = null };

    /// <summary>Display name: the description, or the command if there is no description.</summary>
    [JsonIgnore]
    public string Name => string.IsNullOrWhiteSpace(Description) ? Command : Description;

    /// <summary>
    /// Gives a task's gates unique names. If gates share a description, such as "must pass" on every line of a phase, their names also
    /// include the command.
    /// </summary>
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
