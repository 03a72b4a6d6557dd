/*
 * A PKCS#11 module around another one (FAULT_SHIM_MODULE) that behaves as bad tokens and bad drivers do.
 *
 * It is told what to do by files in the folder FAULT_SHIM_DIR, read at every call, so that a test can
 * change its mind while the process lives:
 *
 *   faults      one per line, "name=value":
 *     lock-after=N              N wrong PINs in a row lock that token, and the flags say so before
 *     no-final-try=1            the flags do not announce the last of them
 *     remove-at=K               the token is pulled at the K-th call since this file was written
 *     print=N                   every call prints N bytes on standard output, as a driver left in its trial state
 *     crash-at=F[:N]            abort in the function C_F, at its N-th call only if N is given
 *     hang-at=F[:N]             never return from it
 *     fail-at=F:RV[:N]          C_F returns RV (hexadecimal), at its N-th call only if N is given
 *     slot-offset=N             every slot number is N higher
 *     hide-mechanism=M          the mechanism M (hexadecimal) is not offered
 *     only-mechanism=M          nothing but M (hexadecimal) is offered
 *     always-authenticate=1     private keys want the PIN once more before every signature
 *     keys-show=1               private keys are listed before the login, as far as public ones stand for them
 *     no-login-required=1       the token forgets to say that it wants a login
 *     zero-sizes=1              asked for an attribute's size, it answers 0
 *     no-ids=1                  certificates have no CKA_ID
 *     private-keys-hide-public-part=1
 *     longest-pin=N             the token says that it takes no longer PIN
 *     pin-pad=PIN               the PIN is typed on the token; one that is sent is refused
 *     pin-pad-waits=1           and C_Login waits for it until there is a file "typed", which it takes away
 *     wrong-signatures=1        one bit of every signature is wrong
 *   unplugged   exists while the token is pulled; a test may make it or remove it
 *   wrong-pins-SLOT  how many wrong PINs there were in a row (outlives the process, as on a card)
 *   calls       one line per call that arrived here, the name without C_
 *
 * Compiled by test/native/fault-shim.ts against the headers that come with pkcs11js.
 */
#define CK_PTR *
#define CK_DECLARE_FUNCTION(returnType, name) returnType name
#define CK_DECLARE_FUNCTION_POINTER(returnType, name) returnType(*name)
#define CK_CALLBACK_FUNCTION(returnType, name) returnType(*name)
#define CK_DEFINE_FUNCTION(returnType, name) returnType name
#ifndef NULL_PTR
#define NULL_PTR 0
#endif
#include <pkcs11/pkcs11.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static CK_FUNCTION_LIST_PTR real;
static CK_FUNCTION_LIST shim;

static char faults[4096];
static unsigned long calls_since_faults;

/* How often each function was called since the faults were written. */
static struct { const char *name; unsigned long count; } counts[32];

static void path_in_folder(char *path, size_t size, const char *name) {
  const char *folder = getenv("FAULT_SHIM_DIR");
  snprintf(path, size, "%s/%s", folder ? folder : ".", name);
}

static void read_file(const char *name, char *text, size_t size) {
  char path[1024];
  path_in_folder(path, sizeof path, name);
  text[0] = 0;
  int file = open(path, O_RDONLY);
  if (file < 0) return;
  ssize_t length = read(file, text, size - 1);
  close(file);
  text[length < 0 ? 0 : length] = 0;
}

static void write_file(const char *name, const char *text, int flags) {
  char path[1024];
  path_in_folder(path, sizeof path, name);
  int file = open(path, O_WRONLY | O_CREAT | flags, 0600);
  if (file < 0) return;
  if (write(file, text, strlen(text)) < 0) perror(path);
  close(file);
}

static int exists(const char *name) {
  char path[1024];
  path_in_folder(path, sizeof path, name);
  return access(path, F_OK) == 0;
}

/* The value of a fault that is set, or 0. Valid until the next call. */
static const char *fault(const char *name) {
  static char value[256];
  size_t length = strlen(name);
  for (const char *line = faults; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : 0) {
    if (strncmp(line, name, length) != 0 || line[length] != '=') continue;
    snprintf(value, sizeof value, "%.*s", (int)strcspn(line + length + 1, "\n"), line + length + 1);
    return value;
  }
  return 0;
}

static unsigned long number(const char *name, int base) {
  const char *value = fault(name);
  return value ? strtoul(value, 0, base) : 0;
}

static unsigned long count_call(const char *name) {
  for (size_t at = 0; at < sizeof counts / sizeof *counts; at++) {
    if (!counts[at].name) counts[at].name = name;
    if (strcmp(counts[at].name, name) == 0) return ++counts[at].count;
  }
  return 0;
}

/* Whether a fault of the form F[:N] means this call. */
static int is_at(const char *which, const char *name, unsigned long nth) {
  const char *value = fault(which);
  size_t length = strlen(name);
  if (!value || strncmp(value, name, length) != 0) return 0;
  if (value[length] == ':') return strtoul(value + length + 1, 0, 10) == nth;
  return value[length] == 0;
}

/* Everything that may go wrong at the start of a call. CKR_OK: go on. */
static CK_RV before(const char *name) {
  char now[sizeof faults], line[64];
  read_file("faults", now, sizeof now);
  if (strcmp(now, faults) != 0) {
    strcpy(faults, now);
    calls_since_faults = 0;
    memset(counts, 0, sizeof counts);
  }
  snprintf(line, sizeof line, "%s\n", name);
  write_file("calls", line, O_APPEND);
  unsigned long nth = count_call(name);
  calls_since_faults++;

  for (unsigned long left = number("print", 10); left > 0;) {
    static const char noise[1024];
    ssize_t done = write(STDOUT_FILENO, noise, left < sizeof noise ? left : sizeof noise);
    if (done < 0) break;
    left -= (unsigned long)done;
  }
  if (is_at("crash-at", name, nth)) abort();
  if (is_at("hang-at", name, nth))
    for (;;) pause();
  const char *value = fault("fail-at");
  value = fault("fail-at");
  size_t length = strlen(name);
  if (value && strncmp(value, name, length) == 0 && value[length] == ':') {
    char *rest;
    CK_RV rv = strtoul(value + length + 1, &rest, 16);
    if (*rest != ':' || strtoul(rest + 1, 0, 10) == nth) return rv;
  }
  unsigned long remove_at = number("remove-at", 10);
  if (remove_at && calls_since_faults >= remove_at) write_file("unplugged", "", O_TRUNC);
  return CKR_OK;
}

#define BEFORE(name, when_gone)              \
  do {                                       \
    CK_RV rv = before(name);                 \
    if (rv != CKR_OK) return rv;             \
    if (exists("unplugged")) return when_gone; \
  } while (0)

static CK_SLOT_ID inner(CK_SLOT_ID slot) { return slot - number("slot-offset", 10); }

static unsigned long wrong_pins(CK_SLOT_ID slot) {
  char name[64], text[32];
  snprintf(name, sizeof name, "wrong-pins-%lu", slot);
  read_file(name, text, sizeof text);
  return strtoul(text, 0, 10);
}

static void set_wrong_pins(CK_SLOT_ID slot, unsigned long count) {
  char name[64], text[32];
  snprintf(name, sizeof name, "wrong-pins-%lu", slot);
  snprintf(text, sizeof text, "%lu", count);
  write_file(name, text, O_TRUNC);
}

/* The slot of the module behind, as its sessions know it. */
static CK_SLOT_ID slot_of(CK_SESSION_HANDLE session) {
  CK_SESSION_INFO info = {0};
  return real->C_GetSessionInfo(session, &info) == CKR_OK ? info.slotID : 0;
}

/* What the user logged in with, and whether it was said again for the next signature. */
static char known_pin[256];
static int said_again;

static CK_RV get_slot_list(CK_BBOOL present, CK_SLOT_ID_PTR list, CK_ULONG_PTR count) {
  CK_RV rv = before("GetSlotList");
  if (rv != CKR_OK) return rv;
  if (present && exists("unplugged")) {
    *count = 0;
    return CKR_OK;
  }
  rv = real->C_GetSlotList(present, list, count);
  if (rv == CKR_OK && list)
    for (CK_ULONG at = 0; at < *count; at++) list[at] += number("slot-offset", 10);
  return rv;
}

static CK_RV get_slot_info(CK_SLOT_ID slot, CK_SLOT_INFO_PTR info) {
  CK_RV rv = before("GetSlotInfo");
  if (rv != CKR_OK) return rv;
  rv = real->C_GetSlotInfo(inner(slot), info);
  if (rv == CKR_OK && exists("unplugged")) info->flags &= ~CKF_TOKEN_PRESENT;
  return rv;
}

static CK_RV get_token_info(CK_SLOT_ID slot, CK_TOKEN_INFO_PTR info) {
  BEFORE("GetTokenInfo", CKR_TOKEN_NOT_PRESENT);
  CK_RV rv = real->C_GetTokenInfo(inner(slot), info);
  if (rv != CKR_OK) return rv;
  unsigned long limit = number("lock-after", 10), wrong = wrong_pins(inner(slot));
  if (limit) {
    info->flags &= ~(CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED);
    if (wrong > 0) info->flags |= CKF_USER_PIN_COUNT_LOW;
    if (wrong + 1 == limit && !fault("no-final-try")) info->flags |= CKF_USER_PIN_FINAL_TRY;
    if (wrong >= limit) info->flags |= CKF_USER_PIN_LOCKED;
  }
  if (fault("longest-pin")) info->ulMaxPinLen = number("longest-pin", 10);
  if (fault("pin-pad")) info->flags |= CKF_PROTECTED_AUTHENTICATION_PATH;
  if (fault("no-login-required")) info->flags &= ~CKF_LOGIN_REQUIRED;
  return CKR_OK;
}

static CK_RV get_mechanism_list(CK_SLOT_ID slot, CK_MECHANISM_TYPE_PTR list, CK_ULONG_PTR count) {
  BEFORE("GetMechanismList", CKR_TOKEN_NOT_PRESENT);
  CK_RV rv = real->C_GetMechanismList(inner(slot), list, count);
  if (rv != CKR_OK || !list) return rv;
  CK_ULONG kept = 0;
  for (CK_ULONG at = 0; at < *count; at++) {
    if (fault("hide-mechanism") && list[at] == number("hide-mechanism", 16)) continue;
    if (fault("only-mechanism") && list[at] != number("only-mechanism", 16)) continue;
    list[kept++] = list[at];
  }
  *count = kept;
  return CKR_OK;
}

static CK_RV open_session(CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR data, CK_NOTIFY notify,
                          CK_SESSION_HANDLE_PTR session) {
  BEFORE("OpenSession", CKR_TOKEN_NOT_PRESENT);
  if (flags & CKF_RW_SESSION) return CKR_TOKEN_WRITE_PROTECTED;
  return real->C_OpenSession(inner(slot), flags, data, notify, session);
}

static CK_RV close_session(CK_SESSION_HANDLE session) {
  before("CloseSession");
  return real->C_CloseSession(session);
}

static CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE type, CK_UTF8CHAR_PTR pin, CK_ULONG length) {
  BEFORE("Login", CKR_DEVICE_REMOVED);
  CK_SLOT_ID slot = slot_of(session);
  unsigned long limit = number("lock-after", 10), wrong = wrong_pins(slot);
  if (limit && wrong >= limit) return CKR_PIN_LOCKED;
  char typed[256], path[1024];
  if (fault("pin-pad")) {
    if (length != 0) return CKR_ARGUMENTS_BAD;
    snprintf(typed, sizeof typed, "%s", fault("pin-pad"));
    pin = (CK_UTF8CHAR_PTR)typed;
    length = strlen(typed);
    path_in_folder(path, sizeof path, "typed");
    while (fault("pin-pad-waits") && unlink(path) != 0) usleep(20000);
  }
  CK_RV rv;
  if (type == CKU_CONTEXT_SPECIFIC && fault("always-authenticate")) {
    said_again = length == strlen(known_pin) && memcmp(pin, known_pin, length) == 0;
    rv = said_again ? CKR_OK : CKR_PIN_INCORRECT;
  } else {
    rv = real->C_Login(session, type, pin, length);
    if (rv == CKR_OK) snprintf(known_pin, sizeof known_pin, "%.*s", (int)length, (char *)pin);
  }
  if (rv == CKR_PIN_INCORRECT) set_wrong_pins(slot, wrong + 1);
  if (rv == CKR_OK) set_wrong_pins(slot, 0);
  return rv;
}

static CK_RV logout(CK_SESSION_HANDLE session) {
  before("Logout");
  return real->C_Logout(session);
}

static CK_RV find_objects_init(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR attributes, CK_ULONG count) {
  BEFORE("FindObjectsInit", CKR_DEVICE_REMOVED);
  CK_SESSION_INFO info;
  CK_OBJECT_CLASS public_keys = CKO_PUBLIC_KEY;
  CK_ATTRIBUTE instead = {CKA_CLASS, &public_keys, sizeof public_keys};
  if (fault("keys-show") && count == 1 && attributes[0].type == CKA_CLASS &&
      *(CK_OBJECT_CLASS *)attributes[0].pValue == CKO_PRIVATE_KEY &&
      real->C_GetSessionInfo(session, &info) == CKR_OK && info.state == CKS_RO_PUBLIC_SESSION)
    return real->C_FindObjectsInit(session, &instead, 1);
  return real->C_FindObjectsInit(session, attributes, count);
}

static CK_RV find_objects(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE_PTR objects, CK_ULONG most, CK_ULONG_PTR count) {
  BEFORE("FindObjects", CKR_DEVICE_REMOVED);
  return real->C_FindObjects(session, objects, most, count);
}

static CK_RV find_objects_final(CK_SESSION_HANDLE session) {
  before("FindObjectsFinal");
  return real->C_FindObjectsFinal(session);
}

static CK_RV get_attribute_value(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_PTR attributes,
                                 CK_ULONG count) {
  BEFORE("GetAttributeValue", CKR_DEVICE_REMOVED);
  CK_OBJECT_CLASS class = 0;
  CK_ATTRIBUTE what = {CKA_CLASS, &class, sizeof class};
  real->C_GetAttributeValue(session, object, &what, 1);
  for (CK_ULONG at = 0; at < count; at++) {
    CK_ATTRIBUTE_PTR attribute = &attributes[at];
    if (fault("private-keys-hide-public-part") && class == CKO_PRIVATE_KEY &&
        (attribute->type == CKA_MODULUS || attribute->type == CKA_EC_POINT)) {
      attribute->ulValueLen = CK_UNAVAILABLE_INFORMATION;
      return CKR_ATTRIBUTE_SENSITIVE;
    }
    if (fault("always-authenticate") && class != CKO_CERTIFICATE && attribute->type == CKA_ALWAYS_AUTHENTICATE) {
      if (attribute->pValue) *(CK_BBOOL *)attribute->pValue = CK_TRUE;
      attribute->ulValueLen = sizeof(CK_BBOOL);
      return CKR_OK;
    }
    if ((fault("no-ids") && class == CKO_CERTIFICATE && attribute->type == CKA_ID) ||
        (fault("zero-sizes") && !attribute->pValue)) {
      attribute->ulValueLen = 0;
      return CKR_OK;
    }
  }
  return real->C_GetAttributeValue(session, object, attributes, count);
}

static CK_RV sign_init(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
  BEFORE("SignInit", CKR_DEVICE_REMOVED);
  return real->C_SignInit(session, mechanism, key);
}

static CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG length, CK_BYTE_PTR signature,
                  CK_ULONG_PTR signature_length) {
  BEFORE("Sign", CKR_DEVICE_REMOVED);
  if (fault("always-authenticate") && !said_again) return CKR_USER_NOT_LOGGED_IN;
  said_again = 0;
  CK_RV rv = real->C_Sign(session, data, length, signature, signature_length);
  if (rv == CKR_OK && signature && fault("wrong-signatures")) signature[*signature_length - 1] ^= 1;
  return rv;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
  if (!real) {
    void *library = dlopen(getenv("FAULT_SHIM_MODULE"), RTLD_NOW | RTLD_LOCAL);
    CK_C_GetFunctionList get = library ? (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList") : 0;
    if (!get || get(&real) != CKR_OK) return CKR_GENERAL_ERROR;
    shim = *real;
    shim.C_GetFunctionList = C_GetFunctionList;
    shim.C_GetSlotList = get_slot_list;
    shim.C_GetSlotInfo = get_slot_info;
    shim.C_GetTokenInfo = get_token_info;
    shim.C_GetMechanismList = get_mechanism_list;
    shim.C_OpenSession = open_session;
    shim.C_CloseSession = close_session;
    shim.C_Login = login;
    shim.C_Logout = logout;
    shim.C_FindObjectsInit = find_objects_init;
    shim.C_FindObjects = find_objects;
    shim.C_FindObjectsFinal = find_objects_final;
    shim.C_GetAttributeValue = get_attribute_value;
    shim.C_SignInit = sign_init;
    shim.C_Sign = sign;
  }
  *list = &shim;
  return CKR_OK;
}
