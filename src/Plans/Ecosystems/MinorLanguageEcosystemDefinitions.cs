using static Orchestrator.Plans.GateType;
using static Orchestrator.Plans.MainLanguageEcosystemDefinitions;

namespace Orchestrator.Plans;

/// <summary>Rows of <see cref="Ecosystems"/> for less common languages.</summary>
internal static class MinorLanguageEcosystemDefinitions
{
    private static readonly string[] CBuilds = ["CMakeLists.txt", "meson.build"];

    private static readonly string[] GradleBuilds = ["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"];

    public static readonly IReadOnlyList<Ecosystem> Rows =
    [
        new("Java")
        {
            Homes = [new(".gradle", "GRADLE_USER_HOME")],
            Home = Names(".sdkman .jdks .gradle/jdks"),
            Programs = Names("mvn mvnw gradle gradlew"),
            Commands =
            [
                .. Commands(Test, "gradle test", "./gradlew test", "mvn test", "mvn verify", "./mvnw test", "./mvnw verify"),
                .. Commands(Build, "mvn package", "./mvnw package", "gradle build", "./gradlew build"),
            ],
            Managers =
            [
                // The wrapper scripts in a repository download Maven themselves.
                new("mvn")
                {
                    Programs = ["mvn", "java"],
                    Caches =
                    [
                        new(".m2/repository")
                        {
                            Option = new("-Dmaven.repo.local=", "MAVEN_OPTS", "MAVEN_ARGS"),
                            Settings = [new(".m2/settings.xml", @"<localRepository>\s*(?<path>[^<]+?)\s*</localRepository>")],
                        },
                        new(".m2/wrapper"),
                    ],
                },
                new("gradle")
                {
                    Programs = ["gradle", "java"],
                    LockFiles = ["gradle.lockfile"],
                    Caches = [new(".gradle/caches"), new(".gradle/wrapper")],
                },
            ],
            Hosts = Names("repo.maven.apache.org repo1.maven.org plugins.gradle.org plugins-artifacts.gradle.org services.gradle.org"),
            Manifests = Names("pom.xml build.gradle build.gradle.kts settings.gradle settings.gradle.kts libs.versions.toml"),
            Sources = Names(".java .kt .scala"),
            TestRuns = @"(getStackTrace|StackWalker|sun\.java\.command|java\.class\.path|Class\.forName\().*(junit|surefire|testng|Test)",
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
            Homes = [new(".local/share/gem", "GEM_HOME")],
            Home = Names(".rbenv .rvm .gem/ruby"),
            Programs = Names("ruby rake rspec bundle rails rubocop"),
            Commands = [.. Commands(Test, "rspec", "rails test", "bin/rails test", "rake test"), .. Commands(Lint, "rubocop")],
            Managers =
            [
                new("bundle")
                {
                    LockFiles = ["Gemfile.lock"],
                    SetUp = "bundle check || bundle install",
                    // Other projects have a Gemfile only for their website (Jekyll) or mobile app packages.
                    SetUpBeside = Names(".rspec spec/spec_helper.rb config.ru Rakefile .rubocop.yml"),
                    Caches = [new(".local/share/gem"), new(".bundle/cache", "BUNDLE_USER_CACHE")],
                },
            ],
            Hosts = Names("rubygems.org index.rubygems.org"),
            Manifests = ["Gemfile"],
            Sources = [".rb"],
            TestRuns = @"(\$0|\$PROGRAM_NAME|\bcaller)\b.*(spec|test)|defined\?\((RSpec|Minitest|Test::Unit)",
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
            Managers =
            [
                new("composer")
                {
                    LockFiles = ["composer.lock"],
                    SetUp = "composer install --no-interaction",
                    SetUpBeside = Names(
                        "phpunit.xml phpunit.xml.dist phpunit.dist.xml phpstan.neon phpstan.neon.dist phpstan.dist.neon Pest.php "
                            + "tests/Pest.php"
                    ),
                    Caches = [new(".cache/composer", "COMPOSER_CACHE_DIR")],
                },
            ],
            Hosts = Names("repo.packagist.org packagist.org"),
            Manifests = ["composer.json"],
            Sources = [".php"],
            TestRuns = @"\bPHPUNIT_\w+|(debug_backtrace|\$argv\[0\]|SCRIPT_NAME).*([Pp]hp[Uu]nit|[Tt]est)",
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
            Homes = [new(".mix", "MIX_HOME"), new(".hex", "HEX_HOME")],
            Home = [".mix"],
            Programs = ["mix"],
            Commands = [.. Commands(Test, "mix test")],
            Managers =
            [
                new("mix")
                {
                    LockFiles = ["mix.lock"],
                    SetUp = "mix deps.get",
                    Caches = [new(".hex/packages")],
                },
            ],
            Hosts = Names("repo.hex.pm builds.hex.pm"),
            Manifests = ["mix.exs"],
            Sources = [".ex", ".exs"],
            TestRuns = @"Mix\.env(\(\))?\s*==\s*:test|Code\.ensure_loaded\?\(ExUnit",
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
            TestRuns = @"XCTestConfigurationFilePath|NSClassFromString\(""XCT",
            Tests = ["*Test", "*Tests", "*IT"],
            Configuration = ["Package.swift"],
            OutputFolders = [".build"],
        },
        new("Dart")
        {
            Programs = ["dart", "flutter"],
            Commands = [.. Commands(Test, "dart test", "flutter test"), .. Commands(Lint, "dart analyze", "flutter analyze")],
            Managers = [new("dart") { LockFiles = ["pubspec.lock"], Caches = [new(".pub-cache", "PUB_CACHE")] }],
            Hosts = ["pub.dev"],
            Manifests = ["pubspec.yaml"],
            Sources = [".dart"],
            TestRuns = @"\bFLUTTER_TEST\b",
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
            OutputBeside = [.. Names("build builddir cmake-build-*").Select(name => new EcosystemOutputFolder(name, CBuilds))],
            Output = [".o", "CMakeCache.txt"],
        },
        new("shell")
        {
            Programs = ["bats", "shellcheck"],
            Commands = [.. Commands(Test, "bats"), .. Commands(Lint, "shellcheck")],
            Sources = [".sh", ".bats"],
            TestRuns = @"(\bcase|\[)\s.*\$(0|\{0\}|\{?BASH_SOURCE|PPID).*test|\bBATS_\w+",
        },
        new("Nix")
        {
            Programs = ["nix"],
            Managers = [new("nix") { LockFiles = ["flake.lock"] }],
            Manifests = ["flake.nix"],
            OutputBeside = [new("result", "flake.nix")],
        },
    ];
}
