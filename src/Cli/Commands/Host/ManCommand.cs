using Orchestrator.Cli.Help;

namespace Orchestrator.Cli.Commands;

/// <summary>
/// <c>man</c>: writes the manual pages and shell completion scripts to a folder. The installer that <c>scripts/package</c> creates runs
/// this command.
/// </summary>
internal sealed class ManCommand : CliCommand
{
    private readonly Func<IReadOnlyList<string>, Command> _root;
    private readonly Argument<string> _folder = new("FOLDER") { Description = "The share folder, such as ~/.local/share" };

    /// <summary>Creates the command.</summary>
    /// <param name="root">Creates the root command with all commands.</param>
    public ManCommand(Func<IReadOnlyList<string>, Command> root)
        : base("man", "Write the manual pages and completion scripts into a share folder")
    {
        Hidden = true;
        _root = root;
        Add(_folder);
    }

    public override bool WorksEverywhere => true;

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var share = context.FullPath(parsed.GetRequiredValue(_folder));
        var pages = ManualPages.Of(_root([])).Select(page => (Path.Combine("man", "man1", page.File), page.Text));
        var scripts = CompletionScript.Shells.Select(shell => (CompletionScript.PlaceBelowShare(shell), CompletionScript.Of(shell)));
        foreach (var (name, text) in pages.Concat(scripts))
        {
            var file = Path.Combine(share, name);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text, stop);
        }
        context.Terminal.Inform($"The manual pages and completion scripts are in {share}.");
        return UseCaseOutcome.Done;
    }
}
