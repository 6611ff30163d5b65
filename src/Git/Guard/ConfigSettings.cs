using System.IO.Enumeration;

namespace Orchestrator.Git.Guard;

/// <summary>The settings of one configuration file, by name, each with all its values in order, as <c>git config --list</c> reads
/// them.</summary>
internal sealed class ConfigSettings
{
    private readonly Dictionary<string, List<string?>> _values = new(StringComparer.Ordinal);

    /// <summary>All names, with section and key in lower case as git prints them.</summary>
    internal IEnumerable<string> Names => _values.Keys;

    /// <summary>All values of a setting; a null among them means a name without a value.</summary>
    internal IReadOnlyList<string?> Of(string name) => _values.TryGetValue(name, out var values) ? values : [];

    /// <summary>The settings that differ between two files.</summary>
    internal static IReadOnlyList<string> Differing(ConfigSettings one, ConfigSettings other) =>
        [.. one.Names.Union(other.Names).Where(name => !one.Of(name).SequenceEqual(other.Of(name))).Order(StringComparer.Ordinal)];

    /// <summary>Reads a file's content; a broken file has no settings.</summary>
    internal static async Task<ConfigSettings> ReadAsync(GitRepository repository, byte[] content, CancellationToken cancellationToken)
    {
        var call = new GitCall("/", ["config", "--file", "-", "--no-includes", "--list", "-z"])
        {
            Input = ProcessInput.FromBytes(content),
            AnswerCodes = [0, 1, 3, 128],
        };
        var settings = new ConfigSettings();
        var answer = await repository.ReadAsync(call, cancellationToken);
        foreach (var entry in answer.ExitCode == 0 ? answer.Text.Split('\0', StringSplitOptions.RemoveEmptyEntries) : [])
        {
            var end = entry.IndexOf('\n', StringComparison.Ordinal);
            var name = end < 0 ? entry : entry[..end];
            if (!settings._values.TryGetValue(name, out var values))
            {
                settings._values[name] = values = [];
            }
            values.Add(end < 0 ? null : entry[(end + 1)..]);
        }
        return settings;
    }
}

/// <summary>Settings that make git run a program, or send it to another place: whoever writes one controls the next git command in the
/// repository.</summary>
internal static class RunningSettings
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
}
