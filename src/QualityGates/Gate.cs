using Orchestrator.Plans;

namespace Orchestrator.QualityGates;

/// <summary>A command whose exit code says whether work is good.</summary>
public sealed record Gate
{
    /// <summary>What people see.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// Run as <c>/bin/sh -c TEXT</c>. <c>{modified_files}</c> and <c>{modified_tests}</c> become the quoted names of the files, or tests, that were changed
    /// and still exist; where there are none the gate is skipped.
    /// </summary>
    public required string Command { get; init; }

    /// <summary>What the project's manifest says that the command does, such as the text of an npm script; empty where it is the command's own business.</summary>
    public string Meaning { get; init; } = "";

    /// <summary>What kind of check it is.</summary>
    public GateKind Kind { get; init; }

    /// <summary>How long it may take, in awake time; then it and all it started are killed.</summary>
    /// <value>Default: 10 minutes.</value>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>False: its failure is only reported.</summary>
    /// <value>Default: true.</value>
    public bool Required { get; init; } = true;

    /// <summary>True: it passes when the command fails. A command that could not run or took too long never passes.</summary>
    public bool Negate { get; init; }

    /// <summary>False: where it fails by its own word, that is the answer; it is not run again to tell chance from fault.</summary>
    /// <value>Default: true.</value>
    public bool RerunFailure { get; init; } = true;

    /// <summary>Gates of one such name run one at a time over all processes of a user on a machine. Null: beside any other.</summary>
    public string? Exclusive { get; init; }

    /// <summary>The gate that a plan or the settings describe.</summary>
    /// <param name="spec">What they say.</param>
    /// <param name="timeout">How long it may take where they do not say.</param>
    public static Gate Of(GateSpec spec, TimeSpan timeout) => new()
    {
        Name = spec.Name,
        Command = spec.Command,
        Kind = Enum.Parse<GateKind>(spec.Type.ToString()),
        Timeout = spec.Timeout ?? timeout,
        Required = spec.Required,
        Negate = spec.Negate,
        Exclusive = spec.Exclusive,
    };
}

/// <summary>What kind of check a gate is.</summary>
public enum GateKind
{
    /// <summary>Anything else.</summary>
    Custom,

    /// <summary>Tests.</summary>
    Test,

    /// <summary>Types.</summary>
    TypeCheck,

    /// <summary>Style and common mistakes.</summary>
    Lint,

    /// <summary>The build.</summary>
    Build,

    /// <summary>Known weaknesses and secrets.</summary>
    Security,
}
