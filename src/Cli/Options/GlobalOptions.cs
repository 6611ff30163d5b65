namespace Orchestrator.Cli.Options;

/// <summary>Creates options that several commands share. Each method returns a new instance for one command.</summary>
internal static class GlobalOptions
{
    public const string JsonName = "--json";
    public const string WorkingDirectoryName = "--working-dir";
    public const string ColorName = "--color";
    public const string VerboseName = "--verbose";

    /// <summary>
    /// Name of the option that selects one of the named lists (tags) in a backlog file. Only commands for the backlog have this option.
    /// </summary>
    public const string TagName = "--tag";

    /// <summary>Creates the option for the working directory. Every command has this option.</summary>
    public static Option<string?> WorkingDirectory() =>
        new(WorkingDirectoryName, "-C")
        {
            Description = "Run as if 'orchestrate' was started in this folder",
            HelpName = "DIR",
            Recursive = true,
        };

    /// <summary>Creates the option for more detailed output. Every command has this option.</summary>
    public static Option<bool> Verbose() => new(VerboseName, "-v") { Description = "Print more detail", Recursive = true };

    /// <summary>Creates the option that controls colors. Every command has this option.</summary>
    public static Option<string> Color()
    {
        var option = new Option<string>(ColorName)
        {
            Description = "When to print colors: only on terminals (auto), always, or never",
            HelpName = "WHEN",
            Recursive = true,
            DefaultValueFactory = static _ => "auto",
        };
        option.AcceptOnlyFromAmong("auto", "always", "never");
        return option;
    }

    public static Option<bool> Json() => new(JsonName) { Description = "Print one JSON document to stdout" };

    public static Option<bool> Attached() =>
        new("--attached") { Description = "Pause the run when the terminal is closed, instead of continuing in the background" };

    public static Option<bool> Yes() =>
        new("--yes", "-y") { Description = "Answer yes to all questions except those that require an approval" };
}
