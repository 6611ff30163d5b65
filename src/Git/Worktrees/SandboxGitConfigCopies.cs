namespace Orchestrator.Git.Worktrees;

/// <summary>
/// Copies of git's configuration for confined programs, reduced to identity, formats, filters and remotes. Credentials and signing keys are
/// omitted, and so are programs that only the user may choose, such as an editor.
/// </summary>
/// <remarks>Filters run inside the sandbox. Without filters, an agent would commit files in plain text that the repository keeps
/// encrypted.</remarks>
/// <param name="Persons">Absolute path of the copy of the user's settings.</param>
/// <param name="Repository">Absolute path of the copy of the repository's settings.</param>
/// <param name="CommonDirectory">Common directory of the repository.</param>
public sealed record SandboxGitConfigCopies(string Persons, string Repository, string CommonDirectory)
{
    /// <summary>Addresses of the repository's remotes.</summary>
    public IReadOnlyList<string> Remotes { get; private init; } = [];

    private static readonly string[] s_sections = (
        "advice apply author branch color column commit committer core diff extensions feature fetch filter "
        + "format i18n index init lfs log merge pack pull push rebase remote rerere safe stash status submodule tag user versionsort"
    ).Split(' ');

    // These settings are omitted, because they name programs that only the user may choose, files that the sandbox does not show, or keys.
    private static readonly string[] s_withheld = (
        "askpass attributesfile editor excludesfile fsmonitor gitproxy gpgsign hookspath pager proxy " + "signingkey sshcommand template"
    ).Split(' ');

    /// <summary>Creates the copies of git's configuration.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="folder">Absolute path of a folder to which only this program writes.</param>
    /// <param name="common">Absolute path of the folder for the copy of the repository's settings, or null for the same folder.</param>
    public static async Task<SandboxGitConfigCopies> MakeAsync(
        GitRepository repository,
        string folder,
        CancellationToken stop,
        string? common = null
    )
    {
        var settings = await GitSettingWithScope.ListAsync(repository, repository.CommonDirectory, stop);
        var made = new SandboxGitConfigCopies(
            Path.Combine(folder, "gitconfig"),
            Path.Combine(common ?? folder, "config"),
            repository.CommonDirectory
        )
        {
            Remotes = [.. settings.Where(setting => IsRemote(setting.Name)).Select(setting => setting.Value).OfType<string>()],
        };
        OrchestratorFolderCreator.Ensure(folder);
        SymlinkSafeFileWriter.Write(made.Persons, TextOf(settings.Where(setting => setting.Scope == "global")));
        SymlinkSafeFileWriter.Write(made.Repository, TextOf(settings.Where(setting => setting.Scope == "local")));
        return made;
    }

    private static bool IsRemote(string name) =>
        name.StartsWith("remote.", StringComparison.Ordinal) && name.EndsWith("url", StringComparison.Ordinal);

    private static byte[] TextOf(IEnumerable<GitSettingWithScope> settings) =>
        GitConfigFileFormatter.Write(settings.Where(setting => IsShown(setting.Name)).Select(WithoutPassword));

    private static bool IsShown(string name) =>
        s_sections.Contains(name[..name.IndexOf('.', StringComparison.Ordinal)])
        && !s_withheld.Contains(name[(name.LastIndexOf('.') + 1)..]);

    // Addresses are copied without their user part, because a token in the address is a credential.
    private static GitSettingWithScope WithoutPassword(GitSettingWithScope setting) =>
        setting.Value is { } value
        && Uri.TryCreate(value, UriKind.Absolute, out var address)
        && address.UserInfo.Contains(':', StringComparison.Ordinal)
            ? setting with
            {
                Value = value.Replace(address.UserInfo + "@", "", StringComparison.Ordinal),
            }
            : setting;
}
