using System.IO.Enumeration;
using System.Text.RegularExpressions;

namespace Orchestrator.Git.Program;

/// <summary>A setting that makes git run a program.</summary>
/// <param name="Name">Section and key in lower case.</param>
/// <param name="Value">Its values.</param>
public sealed record RunningSetting(string Name, string Value);

/// <summary>Settings that make git run a program, or send it to another place: whoever writes one controls the next git command in the
/// repository.</summary>
public static partial class RunningSettings
{
    /// <summary>Names as git prints them; a star stands for any subsection.</summary>
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

    /// <summary>True for a setting of that kind with one of these values.</summary>
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

    /// <summary>The settings of a repository's own configuration by which our git calls could start programs, for a person's yes.</summary>
    /// <param name="root">The root of its checkout.</param>
    public static async Task<IReadOnlyList<RunningSetting>> FindAsync(string root, CancellationToken cancellationToken = default)
    {
        var admin = Path.Combine(root, ".git");
        if (
            Directory.Exists(admin)
            && !File.Exists(Path.Combine(admin, "config.worktree"))
            && !MayRun().IsMatch(DurableFile.TryRead(Path.Combine(admin, "config")) ?? string.Empty)
        )
        {
            return []; // Most have none, and this is asked by many commands.
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
            return []; // Whoever uses it says so.
        }
        return
        [
            .. RepositoryPrograms
                .Running(await ScopedSetting.ListAsync(repository, repository.CommonDirectory, cancellationToken))
                .Where(setting => IsUsed(setting.Name, setting.Values))
                .OrderBy(setting => setting.Name, StringComparer.Ordinal)
                .Select(setting => new RunningSetting(setting.Name, string.Join(", ", setting.Values))),
        ];
    }

    [GeneratedRegex(
        @"\[\s*(filter|gpg|merge|include|credential|protocol|url)|sshcommand|gitproxy|askpass|uploadpack|receivepack|vcs|ext::",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex MayRun();

    /// <summary>True for those that our own calls of git could come to, and that a person must have said yes to: a pager, an alias, a hook
    /// or a tool for viewing they never use.</summary>
    private static bool IsUsed(string name, IReadOnlyList<string?> values) =>
        Covers(name, values) && Used.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false));

    /// <summary>The values to set above a setting of that kind, so that git runs nothing because of it.</summary>
    internal static IEnumerable<KeyValuePair<string, string>> Without(string name)
    {
        var parts = name.Split('.');
        var driver = parts.Length > 2 ? string.Join('.', parts[..^1]) : parts[0];
        return (parts[0], parts[^1]) switch
        {
            // A filter without a program changes nothing, if it need not.
            ("filter", _) => [new(name, ""), new($"{driver}.required", "false")],

            // An empty driver would take our side without a word; one that fails is a conflict.
            ("merge", "driver") => [new(name, "false")],
            ("core", "sshcommand") => [new(name, "ssh")],
            ("remote", "uploadpack") => [new(name, "git-upload-pack")],
            ("remote", "receivepack") => [new(name, "git-receive-pack")],
            ("remote", "vcs") => [new(name, "")],
            ("hook", _) => [new($"{driver}.event", ""), new($"{driver}.enabled", "false")],
            ("protocol", _) => [new(name, name == "protocol.ext.allow" ? "never" : "user")],

            // Our calls name the folders, read attributes of the run, and no configuration but what was listed; an address alone runs
            // nothing where its protocol is not allowed.
            ("core", "worktree" or "bare" or "attributesfile") or ("include" or "includeif" or "remote" or "url" or "submodule", _) => [],
            _ => [new(name, "")],
        };
    }
}
