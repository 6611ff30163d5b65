using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace Orchestrator.Git.Program;

/// <summary>A setting that makes git run a program.</summary>
/// <param name="Name">Name with section and key in lower case.</param>
/// <param name="Value">All values of the setting, separated by commas.</param>
public sealed record ProgramSetting(string Name, string Value);

/// <summary>
/// Settings that make git run a program, or that redirect git to another address. A process that can write such a setting controls the next
/// git command in the repository.
/// </summary>
public static partial class GitProgramSettings
{
    /// <summary>Names of settings as git prints them, with a star in place of any subsection.</summary>
    private static readonly string[] Known =
    [
        "core.hookspath",
        "core.fsmonitor",
        "core.sshcommand",
        "core.editor",
        "core.pager",
        "core.askpass",
        "core.gitproxy",
        "core.alternaterefscommand",
        "core.attributesfile",
        "core.worktree",
        "core.bare",
        "include.path",
        "includeif.*.path",
        "init.templatedir",
        "sequence.editor",
        "pager.*",
        "interactive.difffilter",
        "diff.external",
        "diff.tool",
        "diff.guitool",
        "diff.*.command",
        "diff.*.textconv",
        "difftool.*.cmd",
        "difftool.*.path",
        "merge.tool",
        "merge.guitool",
        "merge.*.driver",
        "mergetool.*.cmd",
        "mergetool.*.path",
        "filter.*.clean",
        "filter.*.smudge",
        "filter.*.process",
        "credential.helper",
        "credential.*.helper",
        "gpg.program",
        "gpg.*.program",
        "gpg.ssh.defaultkeycommand",
        "remote.*.uploadpack",
        "remote.*.receivepack",
        "remote.*.vcs",
        "uploadpack.packobjectshook",
        "web.browser",
        "browser.*.cmd",
        "browser.*.path",
        "man.*.cmd",
        "man.*.path",
        "guitool.*.cmd",
        "trailer.*.command",
        "trailer.*.cmd",
        "hook.*.command",
        "tar.*.command",
        "imap.tunnel",
        "instaweb.httpd",
        "sendemail.smtpserver",
        "sendemail.*cmd",
        "lfs.customtransfer.*.path",
        "lfs.extension.*.clean",
        "lfs.extension.*.smudge",
        "protocol.allow",
        "protocol.*.allow",
    ];

    private static readonly string[] Used =
    [
        "core.sshcommand",
        "core.gitproxy",
        "core.askpass",
        "credential.helper",
        "credential.*.helper",
        "filter.*",
        "gpg.program",
        "gpg.*.program",
        "gpg.ssh.defaultkeycommand",
        "merge.*.driver",
        "protocol.*",
        "remote.*",
        "url.*",
    ];

    /// <summary>True if a setting with the given values makes git run a program or redirects git to another address.</summary>
    internal static bool Covers(string name, IReadOnlyList<string?> values)
    {
        return Known.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false))
            || (Begins("alias.", "submodule.") && values.Any(value => value?.TrimStart().StartsWith('!') == true))
            || (
                Begins("remote.", "submodule.") && values.Any(value => value?.Contains("ext::", StringComparison.OrdinalIgnoreCase) == true)
            )
            || (Begins("url.") && name.Contains("ext::", StringComparison.OrdinalIgnoreCase));

        bool Begins(params string[] sections) => sections.Any(section => name.StartsWith(section, StringComparison.Ordinal));
    }

    /// <summary>
    /// Returns the settings in a repository's own configuration through which orchestrate's git calls could start programs, so that the
    /// user can approve them.
    /// </summary>
    /// <param name="root">Root of the repository's checkout.</param>
    public static async Task<IReadOnlyList<ProgramSetting>> FindAsync(string root, CancellationToken cancellationToken = default)
    {
        var admin = Path.Combine(root, ".git");
        if (
            Directory.Exists(admin)
            && !File.Exists(Path.Combine(admin, "config.worktree"))
            && !MayRun().IsMatch(DurableFile.TryRead(Path.Combine(admin, "config")) ?? string.Empty)
        )
        {
            return []; // Fast path, because most repositories have no such settings and many commands perform this check.
        }
        GitRepository repository;
        try
        {
            repository = await GitRepository.OpenAsync(
                await GitProgram.FindAsync(cancellationToken: cancellationToken),
                root,
                cancellationToken
            );
        }
        catch (GitException unusable) when (unusable is NotARepositoryException or GitUnavailableException)
        {
            return []; // A broken configuration is reported later, when the repository is used.
        }
        return
        [
            .. GitConfiguredProgramBlocker
                .Running(await GitSettingWithScope.ListAsync(repository, repository.CommonDirectory, cancellationToken))
                .Where(setting => IsUsed(setting.Name, setting.Values))
                .OrderBy(setting => setting.Name, StringComparer.Ordinal)
                .Select(setting => new ProgramSetting(setting.Name, string.Join(", ", setting.Values))),
        ];
    }

    [GeneratedRegex(
        @"\[\s*(filter|gpg|merge|include|credential|protocol|url)|sshcommand|gitproxy|askpass|uploadpack|receivepack|vcs|ext::",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex MayRun();

    /// <summary>
    /// True if orchestrate's git calls could use the setting, so that the user must approve it. These calls never use a pager, an alias, a
    /// hook or a viewer.
    /// </summary>
    private static bool IsUsed(string name, IReadOnlyList<string?> values) =>
        Covers(name, values) && Used.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false));

    /// <summary>Returns the settings that neutralize a given setting, so that git runs no program because of it.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> Without(string name)
    {
        var parts = name.Split('.');
        var driver = parts.Length > 2 ? string.Join('.', parts[..^1]) : parts[0];
        return (parts[0], parts[^1]) switch
        {
            // A filter without a program leaves content unchanged if the filter is not required.
            ("filter", _) => [new(name, ""), new($"{driver}.required", "false")],

            // An empty merge driver would silently choose our side, whereas a failing merge driver reports a conflict.
            ("merge", "driver") => [new(name, "false")],
            ("core", "sshcommand") => [new(name, "ssh")],
            ("remote", "uploadpack") => [new(name, "git-upload-pack")],
            ("remote", "receivepack") => [new(name, "git-receive-pack")],
            ("remote", "vcs") => [new(name, "")],
            ("hook", _) => [new($"{driver}.event", ""), new($"{driver}.enabled", "false")],
            ("protocol", _) => [new(name, name == "protocol.ext.allow" ? "never" : "user")],

            // Our calls name the folders explicitly, read the run's attributes, and use only listed settings. An address alone runs no
            // program, because protocols that run programs are disallowed.
            ("core", "worktree" or "bare" or "attributesfile") or ("include" or "includeif" or "remote" or "url" or "submodule", _) => [],
            _ => [new(name, "")],
        };
    }
}
