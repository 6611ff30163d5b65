using System.CommandLine;

namespace Orchestrator.Cli.Options;

/// <summary>Options that several commands share; each call makes one for its command.</summary>
internal static class GlobalOptions
{
    public const string JsonName = "--json";
    public const string WorkingDirectoryName = "--working-dir";
    public const string ColorName = "--color";
    public const string VerboseName = "--verbose";

    /// <summary>Option for the tag of a backlog; only backlog commands have it.</summary>
    public const string TagName = "--tag";

    /// <summary>An option of every command.</summary>
    public static Option<string?> WorkingDirectory() =>
        new(WorkingDirectoryName, "-C")
        {
            Description = "Work in this folder",
            HelpName = "DIR",
            Recursive = true,
        };

    /// <summary>An option of every command.</summary>
    public static Option<bool> Verbose() => new(VerboseName, "-v") { Description = "Print more detail", Recursive = true };

    /// <summary>An option of every command.</summary>
    public static Option<string> Color()
    {
        var option = new Option<string>(ColorName)
        {
            Description = "Colors: on screens (auto), also into pipes and files (always), or not at all (never)",
            HelpName = "WHEN",
            Recursive = true,
            DefaultValueFactory = static _ => "auto",
        };
        option.AcceptOnlyFromAmong("auto", "always", "never");
        return option;
    }

    public static Option<bool> Json() => new(JsonName) { Description = "Print one JSON document on stdout" };

    public static Option<bool> Attached() =>
        new("--attached") { Description = "Pause the run when the terminal is closed, instead of continuing in the background" };

    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Answer questions with yes; never what requires an approval" };
}
