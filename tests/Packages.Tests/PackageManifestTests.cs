using Orchestrator.Gates.Packages;
using Orchestrator.Plans;

namespace Orchestrator.Packages.Tests;

public class PackageManifestTests
{
    [Theory]
    [InlineData("package.json", "bun.lock", "bun")]
    [InlineData("package.json", "bun.lockb", "bun")]
    [InlineData("package.json", "yarn.lock", "yarn")]
    [InlineData("pyproject.toml", "pdm.lock", "pdm")]
    [InlineData("pyproject.toml", "Pipfile.lock", "pipenv")]
    [InlineData("requirements.txt", "Pipfile", "pipenv")]
    public void Find_ManifestThatAnotherProgramKeeps_SaysWhich(string manifest, string other, string keeper)
    {
        Assert.Null(PackageManifest.Find([manifest, other], "", "", out var problem));
        Assert.Equal($"{manifest} belongs to {keeper}, which is not supported for package installation.", problem);
    }

    [Theory]
    [InlineData("package.json", "package-lock.json")]
    [InlineData("pyproject.toml", "uv.lock")]
    [InlineData("Cargo.toml", "Cargo.lock")]
    [InlineData("package.json", "poetry.lock")]
    public void Find_ManifestOfAProgramOfOurs_IsTheOneThatIsMeant(string manifest, string lockFile) =>
        Assert.Equal(manifest, PackageManifest.Find([manifest, lockFile], "", "", out _)?.Path);

    [Theory]
    [InlineData("web/bun.lock", true)]
    [InlineData("mix.lock", true)]
    [InlineData("flake.lock", true)]
    [InlineData("web/lock.json", false)]
    public void PatchFile_OfALockFile_IsNotReviewedAsCode(string path, bool isLock) => Assert.Equal(isLock, Ecosystems.IsLockFile(path));

    [Fact]
    public void Caches_OfPackageManagersInPath_StandInTheTable() =>
        Assert.Superset(
            new HashSet<string> { ".npm", ".cache/pip", ".cargo/registry", ".m2/repository", "go/pkg/mod", ".nuget/packages" },
            Ecosystems.Managers.SelectMany(manager => manager.Caches).Select(cache => cache.Folder).ToHashSet()
        );
}
