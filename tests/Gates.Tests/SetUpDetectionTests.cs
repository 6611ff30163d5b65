using Orchestrator.Gates.Detection;
using Orchestrator.Git.Worktrees;
using Orchestrator.Packages;
using Orchestrator.TestKit;

namespace Orchestrator.Gates.Tests;

public class SetUpDetectionTests
{
    [Theory]
    [InlineData("npm ci", "package-lock.json")]
    [InlineData("npm ci", "npm-shrinkwrap.json")]
    [InlineData("bun install --frozen-lockfile", "bun.lock")]
    [InlineData("bun install --frozen-lockfile", "bun.lockb")]
    [InlineData("yarn install --immutable", "yarn.lock")]
    [InlineData("pdm sync", "pdm.lock")]
    [InlineData("pipenv sync --dev", "Pipfile.lock")]
    [InlineData("dotnet restore --locked-mode", "packages.lock.json")]
    [InlineData("mix deps.get", "mix.lock")]
    public void Detect_LockFileInTheRoot_IsInstalledByItsPackageManager(string command, string lockFile)
    {
        using TempFolder folder = new();
        folder.Write(lockFile, "");

        var found = Assert.Single(SetUpDetection.Detect(new WorktreeFiles(folder.Path), []));

        Assert.Equal((command, lockFile), (found.Command, found.LockFile));
    }

    /// <summary>A Gemfile for pages, or a lock file without tests, needs no program that may be missing.</summary>
    [Theory]
    [InlineData("bundle check || bundle install", "Gemfile.lock", "Rakefile")]
    [InlineData("composer install --no-interaction", "composer.lock", "phpunit.xml")]
    public void Detect_LockFileOfPackagesForTests_IsInstalledBesideThem(string command, string lockFile, string beside)
    {
        using TempFolder folder = new();
        folder.Write(lockFile, "");
        Assert.Empty(SetUpDetection.Detect(new WorktreeFiles(folder.Path), []));

        folder.Write(beside, "");

        Assert.Equal(command, Assert.Single(SetUpDetection.Detect(new WorktreeFiles(folder.Path), [])).Command);
    }

    [Fact]
    public void Detect_SeveralLockFiles_AreInstalledOncePerEcosystem_AndGatesUseTheSameProgram()
    {
        using TempFolder folder = new();
        foreach (var file in new[] { "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "uv.lock", "Cargo.lock" })
        {
            folder.Write(file, "");
        }
        folder.Write("package.json", """{"scripts": {"test": "x"}}""");

        Assert.Equal(
            ["yarn install --immutable", "uv sync --frozen"],
            SetUpDetection.Detect(new WorktreeFiles(folder.Path), []).Select(found => found.Command)
        );
        Assert.Equal(["yarn run test"], GateDetection.Detect(folder.Path).Select(gate => gate.Command));
    }

    [Fact]
    public void Detect_FolderWithoutLockFiles_NeedsNoSetUp()
    {
        using TempFolder folder = new();

        Assert.Empty(SetUpDetection.Detect(new WorktreeFiles(folder.Path), []));
    }

    /// <summary>Without it only the root's own packages are installed, of which a workspace often has none.</summary>
    [Theory]
    [InlineData("[project]\nname = 'a'\n", "uv sync --frozen")]
    [InlineData("[tool.uv.workspace]\nmembers = ['packages/*']\n", "uv sync --frozen --all-packages")]
    public void Detect_UvWorkspace_IsInstalledForAllPackages(string manifest, string command)
    {
        using TempFolder folder = new();
        folder.Write("uv.lock", "");
        folder.Write("pyproject.toml", manifest);

        var found = Assert.Single(SetUpDetection.Detect(new WorktreeFiles(folder.Path), []));

        Assert.Equal((command, "uv.lock"), (found.Command, found.LockFile));
    }

    [Fact]
    public void Detect_ProjectsBelowTheRoot_AreSetUpInTheirFolders()
    {
        using TempFolder folder = new();
        folder.Write("package-lock.json", "");
        folder.Write("web/package.json", """{"scripts": {"test": "x"}}""");
        folder.Write("web/pnpm-lock.yaml", "");
        folder.Write("tools/package-lock.json", "");

        var folders = GateDetection.FoldersOf(GateDetection.Detect(folder.Path));
        var found = SetUpDetection.Detect(new WorktreeFiles(folder.Path), folders);

        Assert.Equal(["npm ci", "cd web && pnpm install --frozen-lockfile"], found.Select(command => command.Command));
        Assert.Equal(["package-lock.json", "web/pnpm-lock.yaml"], found.Select(command => command.LockFile));
    }
}
