using static Orchestrator.Plans.GateType;

namespace Orchestrator.Plans;

/// <summary>The table of ecosystems: a new one is one row. Nobody else names a lock file, a manifest or a test's name to tell ecosystems
/// apart.</summary>
internal static class EcosystemTable
{
    private const string JavaScriptManagers = "npm pnpm yarn bun";

    private const string CargoWorkspace = @"^\s*\[workspace[\].]";

    private const string TestTask = @"\btest.\s*:";

    private static readonly string[] PythonSettings = ["pyproject.toml", "setup.cfg", "tox.ini"];

    private static readonly string[] PythonProjects = ["pyproject.toml", "setup.py", "setup.cfg"];

    private static readonly string[] DotNetProjects = ["*.csproj", "*.fsproj", "*.vbproj"];

    private static readonly string[] CBuilds = ["CMakeLists.txt", "meson.build"];

    private static readonly string[] GradleBuilds = ["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"];

    private static readonly string[] PythonManifests =
    [
        "pyproject.toml",
        "requirements.txt",
        "requirements-dev.txt",
        "setup.cfg",
        "setup.py",
    ];

    public static readonly IReadOnlyList<Ecosystem> Rows =
    [
        new("JavaScript")
        {
            Home = Names(".nvm .volta .bun .local/share/pnpm .local/share/fnm .local/share/corepack .cache/node/corepack"),
            Programs = Names("npm pnpm yarn npx bun bunx node deno jest vitest mocha ava eslint tsc biome prettier"),
            Commands =
            [
                .. Commands(Test, "jest", "vitest", "mocha", "playwright test", "cypress run", "npm t", "node --test"),
                .. Commands(Test, Scripts("test")),
                .. Commands(Test, Scripts("run test")),
                .. Commands(TypeCheck, "tsc", "vue-tsc"),
                .. Commands(TypeCheck, Scripts("run typecheck")),
                .. Commands(Lint, "eslint", "prettier --check"),
                .. Commands(Lint, Scripts("run lint")),
                .. Commands(Build, Scripts("run build")),
                .. Commands(Security, Scripts("audit")),
            ],
            Managers =
            [
                new("pnpm")
                {
                    LockFiles = ["pnpm-lock.yaml"],
                    SetUp = "pnpm install --frozen-lockfile",
                    Caches = [new(".local/share/pnpm/store"), new(".cache/pnpm")],
                },
                new("yarn")
                {
                    LockFiles = ["yarn.lock"],
                    SetUp = "yarn install --immutable",
                    Caches = [new(".cache/yarn", "YARN_CACHE_FOLDER"), new(".yarn/berry")],
                },
                new("bun")
                {
                    LockFiles = ["bun.lock", "bun.lockb"],
                    SetUp = "bun install --frozen-lockfile",
                    Caches = [new(".bun/install/cache", "BUN_INSTALL_CACHE_DIR") { Root = ("BUN_INSTALL", "install/cache") }],
                },
                new("npm")
                {
                    LockFiles = ["package-lock.json", "npm-shrinkwrap.json"],
                    SetUp = "npm ci",
                    Makes = "node_modules",
                    Reads = ["package.json", ".npmrc", "npm-shrinkwrap.json"],
                    Caches = [new(".npm", "npm_config_cache")],
                    Installs = true,
                },
            ],
            Registry = "npm",
            Hosts = Names("registry.npmjs.org registry.yarnpkg.com"),
            Manifests = ["package.json", "pnpm-workspace.yaml"],
            Toolchain = [".nvmrc"],
            Sources = Names(".js .mjs .cjs .jsx .ts .mts .cts .tsx"),
            Tests = ["*.test", "*.spec"],
            Configuration = Names(
                "package.json .npmrc .yarnrc .yarnrc.yml .pnpmfile.cjs pnpm-workspace.yaml bunfig.toml deno.json* .nvmrc jest.config.* "
                    + "jest.setup.* vitest.config.* vitest.workspace.* vitest.setup.* vite.config.* babel.config.* .babelrc* .mocharc.* "
                    + "karma.conf.* playwright.config.* cypress.config.* ava.config.* eslint.config.* .eslintrc* .eslintignore "
                    + ".prettierrc* .prettierignore biome.json* tsconfig*.json turbo.json nx.json"
            ),
            ReadFirst = Names(
                "package.json .npmrc .yarnrc .yarnrc.yml .pnpmfile.cjs jest.config.* vitest.config.* .mocharc.* .eslintrc* "
                    + "babel.config.* .babelrc*"
            ),
            Scripts = [.. Names(JavaScriptManagers).Select(program => new EcosystemScripts(program, ["package.json"]))],
            OutputFolders = Names(
                "node_modules .next .nuxt .output .svelte-kit .astro .angular .vite .turbo .parcel-cache .nyc_output coverage "
                    + "storybook-static playwright-report"
            ),
            OutputBeside = BuildOutput.OfJavaScript,
            Output = [".tsbuildinfo"],
        },
        new("Deno")
        {
            Home = Names(".deno"),
            Programs = ["deno"],
            Commands =
            [
                .. Commands(Test, "deno test", "deno task test"),
                .. Commands(TypeCheck, "deno check"),
                .. Commands(Lint, "deno lint", "deno task lint"),
            ],
            Managers = [new("deno") { LockFiles = ["deno.lock"] }],
            Hosts = Names("jsr.io npm.jsr.io deno.land dl.deno.land registry.npmjs.org"),
            Manifests = ["deno.json", "deno.jsonc"],
            Gates =
            [
                new("deno task test", Test, "deno.json", "deno.jsonc") { Says = TestTask },
                new("deno test", Test, "deno.json", "deno.jsonc"),
                new("deno task lint", Lint, "deno.json", "deno.jsonc") { Says = @"\blint.\s*:\s*[^\s{\[]" },
                new("deno lint", Lint, "deno.json", "deno.jsonc"),
            ],
        },
        new("Python")
        {
            Home = Names(".pyenv .local/lib .local/share/uv .local/share/pipx .local/pipx"),
            Programs = Names(
                "python python3 pytest py.test unittest tox nox uv uvx poetry pdm hatch pipenv ruff mypy pyright flake8 pylint coverage"
            ),
            Commands =
            [
                .. Commands(Test, "pytest", "python -m unittest", "python3 -m unittest", "tox", "nox"),
                .. Commands(TypeCheck, "mypy", "pyright"),
                .. Commands(Lint, "ruff", "flake8", "pylint", "black --check"),
                .. Commands(Security, "bandit", "pip-audit"),
            ],
            Managers =
            [
                new("uv")
                {
                    LockFiles = ["uv.lock"],
                    SetUp = "uv sync --frozen",
                    Run = "uv run ",
                    Workspace = PackageWorkspace.OfUv,
                    Caches = [new(".cache/uv", "UV_CACHE_DIR")],
                    Installs = true,
                },
                new("poetry")
                {
                    LockFiles = ["poetry.lock"],
                    SetUp = "poetry install",
                    Run = "poetry run ",
                    Caches = [new(".cache/pypoetry", "POETRY_CACHE_DIR")],
                },
                new("pdm")
                {
                    LockFiles = ["pdm.lock"],
                    SetUp = "pdm sync",
                    Run = "pdm run ",
                    Caches = [new(".cache/pdm", "PDM_CACHE_DIR")],
                },
                new("pipenv")
                {
                    LockFiles = ["Pipfile.lock"],
                    OwnFiles = ["Pipfile"],
                    SetUp = "pipenv sync --dev",
                    Run = "pipenv run ",
                    Caches = [new(".cache/pipenv", "PIPENV_CACHE_DIR")],
                },
                new("pip")
                {
                    Programs = ["pip", "pip3"],
                    Caches = [new(".cache/pip", "PIP_CACHE_DIR")],
                    Installs = true,
                },
            ],
            Registry = "pypi",
            Hosts = Names("pypi.org files.pythonhosted.org"),
            Manifests = Names(
                "pyproject.toml Pipfile setup.py setup.cfg environment.yml environment.yaml requirements*.txt requirements*.in"
            ),
            Toolchain = [".python-version"],
            Sources = [".py"],
            Tests = ["test_*", "*_test"],
            Configuration = Names(
                "conftest.py sitecustomize.py usercustomize.py *.pth pytest.ini .pytest.ini pytest.toml .pytest.toml pyproject.toml "
                    + "tox.ini setup.cfg noxfile.py .coveragerc ruff.toml .ruff.toml mypy.ini .mypy.ini pyrightconfig.json .flake8 "
                    + ".pylintrc pylintrc .python-version pip.conf uv.toml"
            ),
            ReadFirst = Names(
                "conftest.py sitecustomize.py usercustomize.py pytest.ini .pytest.ini pytest.toml .pytest.toml tox.ini "
                    + "setup.cfg .coveragerc"
            ),
            Scripts = [new("tox", ["tox.ini"]), new("nox", ["noxfile.py"])],
            OutputFolders = Names(
                "__pycache__ __pypackages__ .pytest_cache .mypy_cache .ruff_cache .tox .nox .venv venv .eggs .hypothesis "
                    + ".ipynb_checkpoints htmlcov *.egg-info"
            ),
            OutputBeside = [new("dist", PythonProjects), new("build", PythonProjects)],
            Output = Names(".pyc .pyo .egg-info"),
            Gates =
            [
                new("mypy", TypeCheck, [.. PythonSettings, "mypy.ini", ".mypy.ini"])
                {
                    IsModule = true,
                    Beside = PythonManifests,
                    Says = @"^\[(tool\.)?mypy\][^\[]*^(files|packages|modules)\s*=",
                },
                new("mypy .", TypeCheck, [.. PythonSettings, "mypy.ini", ".mypy.ini"])
                {
                    IsModule = true,
                    Beside = PythonManifests,
                    Says = @"^\[(tool\.)?mypy[\].-]",
                },
                new("ruff check --no-fix .", Lint, PythonSettings) { IsModule = true, Says = @"\[tool\.ruff[\].]" },
                new("ruff check --no-fix .", Lint, "ruff.toml", ".ruff.toml") { IsModule = true, Beside = PythonManifests },
                new("pytest", Test, [.. PythonManifests, "tox.ini"])
                {
                    IsModule = true,
                    Says = "pytest",
                    Beside = PythonManifests,
                },
                new("pytest", Test, "pytest.ini", ".pytest.ini", "conftest.py") { IsModule = true, Beside = PythonManifests },
                new("python3 -m unittest discover -s tests", Test, "tests") { Beside = PythonManifests },
            ],
        },
        new(".NET")
        {
            Home = Names(".dotnet .local/share/dotnet"),
            Programs = ["dotnet", "msbuild"],
            Commands = [.. Commands(Test, "dotnet test"), .. Commands(Lint, "dotnet format"), .. Commands(Build, "dotnet build")],
            Managers =
            [
                new("dotnet")
                {
                    LockFiles = ["packages.lock.json"],
                    SetUp = "dotnet restore --locked-mode",
                    Caches = [new(".nuget/packages", "NUGET_PACKAGES"), new(".local/share/NuGet")],
                    Installs = true,
                },
            ],
            Registry = "nuget",
            Hosts = ["api.nuget.org"],
            Manifests = Names("*.csproj *.fsproj *.vbproj Directory.Packages.props Directory.Build.props packages.config"),
            Toolchain = Names("global.json nuget.config NuGet.config NuGet.Config"),
            Sources = Names(".cs .fs .vb"),
            Tests = ["*Test", "*Tests"],
            Configuration = Names(
                "Directory.Build.props Directory.Build.targets Directory.Build.rsp Directory.Packages.props Directory.Solution.props "
                    + "Directory.Solution.targets MSBuild.rsp *.runsettings *.globalconfig *.csproj.user .editorconfig global.json "
                    + "nuget.config NuGet.Config NuGet.config xunit.runner.json dotnet-tools.json"
            ),
            ReadFirst = Names(
                "Directory.Build.props Directory.Build.targets Directory.Build.rsp MSBuild.rsp *.globalconfig nuget.config NuGet.Config "
                    + "NuGet.config"
            ),
            OutputFolders = ["obj", "TestResults"],
            OutputBeside = BuildOutput.OfDotNet(DotNetProjects),
            Gates = [new("dotnet build", Build), new("dotnet test", Test)],
            Roots = [Names("*.sln *.slnx"), DotNetProjects],
        },
        new("Rust")
        {
            Home = Names(".rustup .cargo/bin .cargo/config.toml .cargo/env"),
            Programs = ["cargo"],
            Commands =
            [
                .. Commands(Test, "cargo test", "cargo nextest"),
                .. Commands(TypeCheck, "cargo check"),
                .. Commands(Lint, "cargo clippy"),
                .. Commands(Build, "cargo build"),
                .. Commands(Security, "cargo audit"),
            ],
            Managers =
            [
                new("cargo")
                {
                    LockFiles = ["Cargo.lock"],
                    Caches =
                    [
                        new(".cargo/registry") { Root = ("CARGO_HOME", "registry") },
                        new(".cargo/git") { Root = ("CARGO_HOME", "git") },
                    ],
                    Installs = true,
                },
            ],
            Registry = "cargo",
            Hosts = Names("index.crates.io static.crates.io crates.io"),
            Manifests = ["Cargo.toml"],
            Toolchain = ["rust-toolchain", "rust-toolchain.toml"],
            Sources = [".rs"],
            Configuration = Names(
                "Cargo.toml build.rs rust-toolchain rust-toolchain.toml clippy.toml .clippy.toml rustfmt.toml nextest.toml"
            ),
            OutputFolders = ["target"],
            Gates =
            [
                new("cargo build --workspace", Build, "Cargo.toml") { Says = CargoWorkspace },
                new("cargo test --workspace", Test, "Cargo.toml") { Says = CargoWorkspace },
                new("cargo build", Build, "Cargo.toml"),
                new("cargo test", Test, "Cargo.toml"),
            ],
        },
        new("Go")
        {
            Home = Names("go/bin .goenv sdk"),
            Programs = ["go", "golangci-lint"],
            Commands =
            [
                .. Commands(Test, "go test"),
                .. Commands(Lint, "go vet", "golangci-lint"),
                .. Commands(Build, "go build"),
                .. Commands(Security, "govulncheck"),
            ],
            Managers =
            [
                new("go")
                {
                    LockFiles = ["go.sum", "go.work.sum"],
                    Caches = [new("go/pkg/mod", "GOMODCACHE") { Root = ("GOPATH", "pkg/mod") }, new(".cache/go-build", "GOCACHE")],
                    Installs = true,
                },
            ],
            Registry = "go",
            Hosts = Names("proxy.golang.org sum.golang.org"),
            Manifests = ["go.mod", "go.work"],
            Sources = [".go"],
            Tests = ["*_test"],
            Configuration = ["go.work", ".golangci.*"],
            ReadFirst = ["go.work"],
            Gates = [new("go build ./...", Build, "go.mod"), new("go vet ./...", Lint, "go.mod"), new("go test ./...", Test, "go.mod")],
            HasNestedProjects = true,
        },
        new("Java")
        {
            Home = Names(".sdkman .jdks .m2/wrapper .gradle/wrapper .gradle/jdks"),
            Programs = Names("mvn mvnw gradle gradlew"),
            Commands =
            [
                .. Commands(Test, "gradle test", "./gradlew test", "mvn test", "mvn verify", "./mvnw test", "./mvnw verify"),
                .. Commands(Build, "mvn package", "./mvnw package", "gradle build", "./gradlew build"),
            ],
            Managers =
            [
                new("mvn") { Caches = [new(".m2/repository")] },
                new("gradle")
                {
                    LockFiles = ["gradle.lockfile"],
                    Caches = [new(".gradle/caches") { Root = ("GRADLE_USER_HOME", "caches") }],
                },
            ],
            Hosts = Names("repo.maven.apache.org repo1.maven.org plugins.gradle.org plugins-artifacts.gradle.org services.gradle.org"),
            Manifests = Names("pom.xml build.gradle build.gradle.kts settings.gradle settings.gradle.kts libs.versions.toml"),
            Sources = Names(".java .kt .scala"),
            Tests = ["*Test", "*Tests", "*IT"],
            Configuration = Names(
                "pom.xml maven.config jvm.config extensions.xml build.gradle build.gradle.kts settings.gradle settings.gradle.kts "
                    + "init.gradle init.gradle.kts gradle.properties gradle-wrapper.properties junit-platform.properties"
            ),
            OutputFolders = ["target", ".gradle", ".kotlin"],
            OutputBeside = [new("build", GradleBuilds)],
            Output = [".class"],
            Gates =
            [
                new("./gradlew test", Test, "gradlew"),
                new("./mvnw test", Test, "mvnw"),
                new("mvn test", Test, "pom.xml"),
                new("gradle test", Test, GradleBuilds),
            ],
        },
        new("Ruby")
        {
            Home = Names(".rbenv .rvm .gem/ruby .local/share/gem"),
            Programs = Names("ruby rake rspec bundle rails rubocop"),
            Commands = [.. Commands(Test, "rspec", "rails test", "bin/rails test", "rake test"), .. Commands(Lint, "rubocop")],
            Managers = [new("bundle") { LockFiles = ["Gemfile.lock"] }],
            Hosts = Names("rubygems.org index.rubygems.org"),
            Manifests = ["Gemfile"],
            Sources = [".rb"],
            Tests = ["*_test", "*_spec"],
            Configuration = Names(".rspec spec_helper.rb rails_helper.rb test_helper.rb Rakefile rakefile .rubocop.yml .simplecov"),
            ReadFirst = [".rspec"],
            OutputFolders = [".bundle"],
            OutputBeside = [new("vendor/bundle", "Gemfile")],
            Scripts = [new("rake", ["Rakefile", "rakefile"])],
            Gates =
            [
                new("bundle exec rspec", Test, ".rspec") { Beside = ["Gemfile"] },
                new("bundle exec rspec", Test, "spec") { Beside = ["Gemfile"] },
                new("bundle exec rails test", Test, "config.ru") { Beside = ["Gemfile"], Says = "Rails" },
                new("bundle exec rake test", Test, "Rakefile") { Beside = ["Gemfile"], Says = "TestTask" },
                new("bundle exec rubocop", Lint, ".rubocop.yml") { Beside = ["Gemfile"] },
            ],
        },
        new("PHP")
        {
            Home = Names(".config/composer/vendor .composer/vendor"),
            Programs = Names("php composer phpunit phpstan pest"),
            Commands =
            [
                .. Commands(Test, "phpunit", "pest", "vendor/bin/phpunit", "vendor/bin/pest", "composer test"),
                .. Commands(TypeCheck, "phpstan", "vendor/bin/phpstan"),
            ],
            Managers = [new("composer") { LockFiles = ["composer.lock"], Caches = [new(".cache/composer", "COMPOSER_CACHE_DIR")] }],
            Hosts = Names("repo.packagist.org packagist.org"),
            Manifests = ["composer.json"],
            Sources = [".php"],
            Tests = ["*Test", "*Tests"],
            Configuration = Names("phpunit.xml phpunit.xml.dist composer.json phpstan.neon phpstan.neon.dist phpstan.dist.neon Pest.php"),
            ReadFirst = ["phpunit.xml"],
            OutputFolders = [".phpunit.cache"],
            OutputBeside = [new("vendor", "composer.json")],
            Output = [".phpunit.result.cache"],
            Gates =
            [
                new("composer test", Test, "composer.json") { Says = TestTask },
                new("vendor/bin/pest", Test, "Pest.php") { Beside = ["composer.json"] },
                new("vendor/bin/phpunit", Test, "phpunit.xml", "phpunit.xml.dist", "phpunit.dist.xml") { Beside = ["composer.json"] },
                new("vendor/bin/phpstan analyse", TypeCheck, "phpstan.neon", "phpstan.neon.dist", "phpstan.dist.neon")
                {
                    Beside = ["composer.json"],
                },
            ],
        },
        new("Elixir")
        {
            Home = Names(".mix .hex/packages"),
            Programs = ["mix"],
            Commands = [.. Commands(Test, "mix test")],
            Managers = [new("mix") { LockFiles = ["mix.lock"] }],
            Hosts = Names("repo.hex.pm builds.hex.pm"),
            Manifests = ["mix.exs"],
            Sources = [".ex", ".exs"],
            Tests = ["*_test"],
            Configuration = ["mix.exs", "test_helper.exs"],
            OutputBeside = [new("_build", "mix.exs"), new("deps", "mix.exs")],
            Gates = [new("mix test", Test, "mix.exs")],
        },
        new("Swift")
        {
            Home = Names(".swiftpm .local/share/swiftly"),
            Programs = ["swift"],
            Commands = [.. Commands(Test, "swift test"), .. Commands(Build, "swift build")],
            Managers = [new("swift") { LockFiles = ["Package.resolved"] }],
            Manifests = ["Package.swift"],
            Sources = [".swift"],
            Tests = ["*Test", "*Tests", "*IT"],
            Configuration = ["Package.swift"],
            OutputFolders = [".build"],
        },
        new("Dart")
        {
            Programs = ["dart", "flutter"],
            Commands = [.. Commands(Test, "dart test", "flutter test"), .. Commands(Lint, "dart analyze", "flutter analyze")],
            Managers = [new("dart") { LockFiles = ["pubspec.lock"] }],
            Hosts = ["pub.dev"],
            Manifests = ["pubspec.yaml"],
            Sources = [".dart"],
            Tests = ["*_test"],
            Configuration = ["pubspec.yaml", "dart_test.yaml", "analysis_options.yaml"],
            OutputFolders = [".dart_tool"],
            OutputBeside = [new("build", "pubspec.yaml")],
        },
        new("C and C++")
        {
            Programs = Names("cmake ctest ninja meson"),
            Commands = Commands(Test, "ctest"),
            Sources = Names(".c .cc .cpp"),
            Tests = ["*_test"],
            Configuration = Names("CMakeLists.txt CMakePresets.json CMakeUserPresets.json meson.build"),
            OutputFolders = ["CMakeFiles"],
            OutputBeside = [.. Names("build builddir cmake-build-*").Select(name => new EcosystemOutput(name, CBuilds))],
            Output = [".o", "CMakeCache.txt"],
        },
        new("shell")
        {
            Programs = ["bats", "shellcheck"],
            Commands = [.. Commands(Test, "bats"), .. Commands(Lint, "shellcheck")],
            Sources = [".sh", ".bats"],
        },
        new("Nix")
        {
            Programs = ["nix"],
            Managers = [new("nix") { LockFiles = ["flake.lock"] }],
            Manifests = ["flake.nix"],
            OutputBeside = [new("result", "flake.nix")],
        },
    ];

    internal static string[] Names(string names) => names.Split(' ');

    internal static EcosystemCommand[] Commands(GateType type, params string[] words) =>
        Array.ConvertAll(words, word => new EcosystemCommand(word, type));

    private static string[] Scripts(string script) => [.. Names(JavaScriptManagers).Select(manager => $"{manager} {script}")];
}
